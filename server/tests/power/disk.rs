//! A disk that forgets: what was written and not synced is gone when the power is cut, or is there in part.
//!
//! Every file and every folder is held twice: as programs see it, and as it lies on the platter. A write changes the first
//! and waits; a sync of that very file carries what waited over to the second. A name in a folder (create, rename, unlink)
//! waits in the same way for a sync of the folder. This is what POSIX promises, and no more; a friendlier file system hides bugs.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::dice::Dice;

pub const ROOT: u64 = 1;

/// What a program may have done to a file since its last sync.
#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Size(usize),
}

impl Change {
    fn on(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Write(at, data) => {
                let end = at + data.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*at..end].copy_from_slice(data);
            }
            Change::Size(size) => bytes.resize(*size, 0),
        }
    }

    /// What reaches the platter of a change that nobody waited for: whole blocks of it, chosen by the dice.
    fn torn(&self, dice: &mut Dice, mercy: Mercy, bytes: &mut Vec<u8>) {
        let Change::Write(at, data) = self else {
            return if dice.one_in_hundred(mercy.keeps) {
                self.on(bytes)
            };
        };
        let mut begin = *at;
        while begin < at + data.len() {
            let end = ((begin / mercy.block + 1) * mercy.block).min(at + data.len());
            if dice.one_in_hundred(mercy.keeps) {
                Change::Write(begin, data[begin - at..end - at].to_vec()).on(bytes);
            }
            begin = end;
        }
    }
}

/// Names that change together: a rename takes one away and gives another.
type Names = Vec<(OsString, Option<u64>)>;

/// As programs see it, as it lies on the platter, and what waits between the two, with the number of its moment.
#[derive(Clone, Debug)]
struct Twice<T, C> {
    seen: T,
    kept: T,
    waits: Vec<(u64, C)>,
}

impl<T: Clone + Default, C> Twice<T, C> {
    fn new() -> Twice<T, C> {
        Twice { seen: T::default(), kept: T::default(), waits: Vec::new() }
    }

    /// Everything up to that moment reaches the platter.
    fn sync(&mut self, upto: u64, carry: impl Fn(&C, &mut T)) {
        let late = self.waits.iter().position(|(at, _)| *at > upto).unwrap_or(self.waits.len());
        for (_, change) in self.waits.drain(..late) {
            carry(&change, &mut self.kept);
        }
    }
}

type Folder = BTreeMap<OsString, u64>;

fn rename(names: &Names, folder: &mut Folder) {
    for (name, node) in names {
        match node {
            Some(node) => folder.insert(name.clone(), *node),
            None => folder.remove(name),
        };
    }
}

#[derive(Clone, Debug)]
enum Body {
    File(Twice<Vec<u8>, Change>),
    Folder(Twice<Folder, Names>),
}

/// Whose a file is, and who may open it. Kept from the beginning: no proof hangs on it.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub user: u32,
    pub group: u32,
    pub mode: u16,
}

#[derive(Clone, Debug)]
struct Node {
    owner: Owner,
    body: Body,
}

/// What a cut leaves of what was not synced.
#[derive(Clone, Copy, Debug)]
pub struct Mercy {
    /// How many blocks of a hundred are kept all the same.
    pub keeps: u64,
    /// What is written as a whole or not at all.
    pub block: usize,
}

impl Mercy {
    /// Nothing that was not synced is left.
    pub const NONE: Mercy = Mercy { keeps: 0, block: 4096 };
}

#[derive(Debug, Default)]
pub struct Disk {
    nodes: BTreeMap<u64, Node>,
    next: u64,
    moment: u64,
    is_dead: bool,
    /// As a kernel leaves a disk that has had an error: everything can be read, and nothing written.
    pub is_read_only: bool,
    /// How many syncs have ended.
    pub syncs: u64,
}

/// How a call fails: as the kernel counts errors.
pub type Answer<T> = Result<T, rustix::io::Errno>;

use rustix::io::Errno;

impl Disk {
    pub fn empty(owner: Owner) -> Disk {
        let root = Node { owner, body: Body::Folder(Twice::new()) };
        Disk { nodes: BTreeMap::from([(ROOT, root)]), next: ROOT, ..Disk::default() }
    }

    /// The power goes. What was open gets errors from now on; the other disk is what is left.
    pub fn cut(&mut self, dice: &mut Dice, mercy: Mercy) -> Disk {
        self.is_dead = true;
        let nodes = self.nodes.iter().map(|(id, node)| (*id, node.after_cut(dice, mercy)));
        Disk { nodes: nodes.collect(), next: self.next, ..Disk::default() }
    }

    /// How many bytes wait for a sync, in how many writes.
    pub fn unsynced(&self) -> (usize, usize) {
        let waits = self.nodes.values().flat_map(|node| match &node.body {
            Body::File(file) => file.waits.as_slice(),
            Body::Folder(_) => &[],
        });
        let sizes = waits.map(|(_, change)| match change {
            Change::Write(_, data) => data.len(),
            Change::Size(_) => 0,
        });
        sizes.fold((0, 0), |(bytes, writes), size| (bytes + size, writes + 1))
    }

    /// Everything as programs see it, into a folder of an ordinary disk.
    pub fn copy_to(&self, node: u64, to: &Path) -> std::io::Result<()> {
        match &self.nodes[&node].body {
            Body::File(file) => std::fs::write(to, &file.seen),
            Body::Folder(folder) => {
                std::fs::create_dir_all(to)?;
                folder.seen.iter().try_for_each(|(name, node)| self.copy_to(*node, &to.join(name)))
            }
        }
    }

    fn node(&self, id: u64) -> Answer<&Node> {
        if self.is_dead { Err(Errno::IO) } else { self.nodes.get(&id).ok_or(Errno::NOENT) }
    }

    fn change(&mut self, id: u64) -> Answer<(&mut Node, u64)> {
        self.moment += 1;
        let node = self.nodes.get_mut(&id).ok_or(Errno::NOENT)?;
        match (self.is_dead, self.is_read_only) {
            (true, _) => Err(Errno::IO),
            (_, true) => Err(Errno::ROFS),
            _ => Ok((node, self.moment)),
        }
    }

    pub fn owner(&self, id: u64) -> Answer<Owner> {
        Ok(self.node(id)?.owner)
    }

    pub fn set_owner(&mut self, id: u64, owner: Owner) -> Answer<()> {
        self.change(id)?.0.owner = owner;
        Ok(())
    }

    /// Its size, if it is a file.
    pub fn size(&self, id: u64) -> Answer<Option<usize>> {
        Ok(match &self.node(id)?.body {
            Body::File(file) => Some(file.seen.len()),
            Body::Folder(_) => None,
        })
    }

    pub fn names(&self, id: u64) -> Answer<&Folder> {
        match &self.node(id)?.body {
            Body::Folder(folder) => Ok(&folder.seen),
            Body::File(_) => Err(Errno::NOTDIR),
        }
    }

    pub fn find(&self, folder: u64, name: &OsStr) -> Answer<u64> {
        self.names(folder)?.get(name).copied().ok_or(Errno::NOENT)
    }

    pub fn read(&self, id: u64, at: usize, size: usize) -> Answer<&[u8]> {
        match &self.node(id)?.body {
            Body::File(file) => {
                let end = file.seen.len();
                Ok(&file.seen[at.min(end)..(at + size).min(end)])
            }
            Body::Folder(_) => Err(Errno::ISDIR),
        }
    }

    pub fn write(&mut self, id: u64, at: usize, data: &[u8]) -> Answer<()> {
        self.on_file(id, Change::Write(at, data.to_vec()))
    }

    pub fn set_size(&mut self, id: u64, size: usize) -> Answer<()> {
        self.on_file(id, Change::Size(size))
    }

    fn on_file(&mut self, id: u64, change: Change) -> Answer<()> {
        let (node, moment) = self.change(id)?;
        let Body::File(file) = &mut node.body else { return Err(Errno::ISDIR) };
        change.on(&mut file.seen);
        file.waits.push((moment, change));
        Ok(())
    }

    fn on_folder(&mut self, id: u64, names: Names) -> Answer<()> {
        let (node, moment) = self.change(id)?;
        let Body::Folder(folder) = &mut node.body else { return Err(Errno::NOTDIR) };
        rename(&names, &mut folder.seen);
        folder.waits.push((moment, names));
        Ok(())
    }

    /// A new file or folder; gives its number.
    pub fn make(
        &mut self,
        folder: u64,
        name: &OsStr,
        owner: Owner,
        is_folder: bool,
    ) -> Answer<u64> {
        if self.names(folder)?.contains_key(name) {
            return Err(Errno::EXIST);
        }
        let body = if is_folder { Body::Folder(Twice::new()) } else { Body::File(Twice::new()) };
        self.next += 1;
        self.nodes.insert(self.next, Node { owner, body });
        self.on_folder(folder, vec![(name.into(), Some(self.next))])?;
        Ok(self.next)
    }

    pub fn link(&mut self, node: u64, folder: u64, name: &OsStr) -> Answer<()> {
        if self.names(folder)?.contains_key(name) {
            return Err(Errno::EXIST);
        }
        self.on_folder(folder, vec![(name.into(), Some(node))])
    }

    pub fn remove(&mut self, folder: u64, name: &OsStr) -> Answer<()> {
        let node = self.find(folder, name)?;
        if self.names(node).is_ok_and(|names| !names.is_empty()) {
            return Err(Errno::NOTEMPTY);
        }
        self.on_folder(folder, vec![(name.into(), None)])
    }

    pub fn rename(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Answer<()> {
        let node = self.find(from.0, from.1)?;
        let (old, new) = ((from.1.into(), None), (to.1.into(), Some(node)));
        if from.0 == to.0 {
            return self.on_folder(from.0, vec![old, new]);
        }
        self.on_folder(to.0, vec![new])?;
        self.on_folder(from.0, vec![old])
    }

    /// Now, as a moment up to which something may be synced.
    pub fn moment(&self) -> u64 {
        self.moment
    }

    /// Carries over what a file or a folder had waiting at that moment.
    pub fn sync(&mut self, id: u64, upto: u64) -> Answer<()> {
        match &mut self.change(id)?.0.body {
            Body::File(file) => file.sync(upto, Change::on),
            Body::Folder(folder) => folder.sync(upto, rename),
        }
        self.syncs += 1;
        Ok(())
    }
}

impl Node {
    fn after_cut(&self, dice: &mut Dice, mercy: Mercy) -> Node {
        let body = match &self.body {
            Body::File(file) => {
                let mut left = file.kept.clone();
                file.waits.iter().for_each(|(_, change)| change.torn(dice, mercy, &mut left));
                Body::File(Twice { seen: left.clone(), kept: left, waits: Vec::new() })
            }
            // Names go through a journal: of those that waited, the earliest may have arrived.
            Body::Folder(folder) => {
                let mut left = folder.kept.clone();
                let arrived = folder.waits.iter().take_while(|_| dice.one_in_hundred(mercy.keeps));
                arrived.for_each(|(_, names)| rename(names, &mut left));
                Body::Folder(Twice { seen: left.clone(), kept: left, waits: Vec::new() })
            }
        };
        Node { owner: self.owner, body }
    }
}
