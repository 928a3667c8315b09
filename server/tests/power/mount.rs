//! The forgetful disk, mounted where real programs can use it: FUSE, spoken to without libfuse.
//!
//! What the kernel keeps for a program (its page cache, what it maps into memory) dies with the mount; the disk itself is
//! told of every write as it is made, and of every sync.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{
    BackgroundSession, FileAttr, FileType, Filesystem, MountOption, ReplyAttr, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request,
    TimeOrNow,
};
use rustix::io::Errno;

use super::disk::{Answer, Disk, Owner};

/// What a sync of a real disk takes: 3.4 ms were measured. Commits are thus cut in their midst, too.
const SYNC: Duration = Duration::from_millis(3);

/// Nobody but the kernel changes anything here, so it may remember everything.
const FOREVER: Duration = Duration::from_secs(3600);

type Shared = Arc<Mutex<Disk>>;

fn lock(disk: &Shared) -> MutexGuard<'_, Disk> {
    disk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A mounted disk.
pub struct Mounted {
    at: PathBuf,
    disk: Shared,
    _session: BackgroundSession,
}

impl Mounted {
    pub fn new(disk: Disk, at: &Path) -> Mounted {
        std::fs::create_dir_all(at).unwrap();
        let disk = Arc::new(Mutex::new(disk));
        let mut options = vec![MountOption::FSName("florin-power".into())];
        if rustix::process::getuid().is_root() {
            // PostgreSQL is not root.
            options.extend([MountOption::AllowOther, MountOption::DefaultPermissions]);
        }
        let session = fuser::spawn_mount2(Front(disk.clone()), at, &options);
        let session = session.unwrap_or_else(|error| {
            panic!(
                "the power cut needs a FUSE mount, and there is none: {error}. As root it needs /dev/fuse (a container: \
                 --device /dev/fuse --cap-add SYS_ADMIN --security-opt apparmor=unconfined), as anybody else fusermount3 too \
                 (sudo apt-get install fuse3)"
            )
        });
        Mounted { at: at.to_owned(), disk, _session: session }
    }

    pub fn path(&self) -> &Path {
        &self.at
    }

    pub fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: a program that holds a file open gets errors, and must not hold us up.
        let (program, how): (_, &[_]) = match rustix::process::getuid().is_root() {
            true => ("umount", &["-l"]),
            false => ("fusermount3", &["-u", "-z"]),
        };
        _ = Command::new(program).args(how).arg(&self.at).status();
    }
}

/// What the kernel talks to.
struct Front(Shared);

fn code(error: Errno) -> i32 {
    error.raw_os_error()
}

/// No file is too large to be counted here.
fn place(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(0)
}

fn owner(request: &Request<'_>, mode: u32, umask: u32) -> Owner {
    let mode = u16::try_from(mode & !umask & 0o7777).unwrap_or(0o600);
    Owner { user: request.uid(), group: request.gid(), mode }
}

fn shown(disk: &Disk, id: u64) -> Answer<FileAttr> {
    let (owner, size) = (disk.owner(id)?, disk.size(id)?);
    let kind = if size.is_some() { FileType::RegularFile } else { FileType::Directory };
    let size = size.unwrap_or(0) as u64;
    Ok(FileAttr {
        ino: id,
        size,
        blocks: size.div_ceil(512),
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind,
        perm: owner.mode,
        nlink: 1,
        uid: owner.user,
        gid: owner.group,
        rdev: 0,
        blksize: 4096,
        flags: 0,
    })
}

fn done(answer: Answer<()>, reply: ReplyEmpty) {
    match answer {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(code(error)),
    }
}

fn entered(answer: Answer<FileAttr>, reply: ReplyEntry) {
    match answer {
        Ok(attr) => reply.entry(&FOREVER, &attr, 0),
        Err(error) => reply.error(code(error)),
    }
}

impl Front {
    /// Ends when a disk would be done; meanwhile the power may go.
    fn sync(&self, id: u64, reply: ReplyEmpty) {
        let disk = self.0.clone();
        let upto = lock(&disk).moment();
        std::thread::spawn(move || {
            std::thread::sleep(SYNC);
            let answer = lock(&disk).sync(id, upto);
            done(answer, reply);
        });
    }

    fn make(&self, folder: u64, name: &OsStr, owner: Owner, is_folder: bool) -> Answer<FileAttr> {
        let mut disk = lock(&self.0);
        let id = disk.make(folder, name, owner, is_folder)?;
        shown(&disk, id)
    }
}

impl Filesystem for Front {
    fn lookup(&mut self, _: &Request<'_>, folder: u64, name: &OsStr, reply: ReplyEntry) {
        let disk = lock(&self.0);
        entered(disk.find(folder, name).and_then(|id| shown(&disk, id)), reply);
    }

    fn getattr(&mut self, _: &Request<'_>, id: u64, _: Option<u64>, reply: ReplyAttr) {
        match shown(&lock(&self.0), id) {
            Ok(attr) => reply.attr(&FOREVER, &attr),
            Err(error) => reply.error(code(error)),
        }
    }

    fn setattr(
        &mut self,
        _: &Request<'_>,
        id: u64,
        mode: Option<u32>,
        user: Option<u32>,
        group: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<u64>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<u32>,
        reply: ReplyAttr,
    ) {
        let mut disk = lock(&self.0);
        let changed = disk.owner(id).and_then(|before| {
            let mode = mode.and_then(|mode| u16::try_from(mode & 0o7777).ok());
            let after = Owner {
                user: user.unwrap_or(before.user),
                group: group.unwrap_or(before.group),
                mode: mode.unwrap_or(before.mode),
            };
            disk.set_owner(id, after)?;
            size.map_or(Ok(()), |size| disk.set_size(id, place(size)))?;
            shown(&disk, id)
        });
        match changed {
            Ok(attr) => reply.attr(&FOREVER, &attr),
            Err(error) => reply.error(code(error)),
        }
    }

    fn mkdir(
        &mut self,
        request: &Request<'_>,
        folder: u64,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        entered(self.make(folder, name, owner(request, mode, umask), true), reply);
    }

    fn create(
        &mut self,
        request: &Request<'_>,
        folder: u64,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _: i32,
        reply: ReplyCreate,
    ) {
        match self.make(folder, name, owner(request, mode, umask), false) {
            Ok(attr) => reply.created(&FOREVER, &attr, 0, 0, 0),
            Err(error) => reply.error(code(error)),
        }
    }

    fn link(&mut self, _: &Request<'_>, id: u64, folder: u64, name: &OsStr, reply: ReplyEntry) {
        let mut disk = lock(&self.0);
        let linked = disk.link(id, folder, name);
        entered(linked.and_then(|()| shown(&disk, id)), reply);
    }

    fn unlink(&mut self, _: &Request<'_>, folder: u64, name: &OsStr, reply: ReplyEmpty) {
        done(lock(&self.0).remove(folder, name), reply);
    }

    fn rmdir(&mut self, _: &Request<'_>, folder: u64, name: &OsStr, reply: ReplyEmpty) {
        done(lock(&self.0).remove(folder, name), reply);
    }

    fn rename(
        &mut self,
        _: &Request<'_>,
        folder: u64,
        name: &OsStr,
        new_folder: u64,
        new_name: &OsStr,
        flags: u32,
        reply: ReplyEmpty,
    ) {
        // Nobody here asks for an exchange.
        let renamed = match flags {
            0 => lock(&self.0).rename((folder, name), (new_folder, new_name)),
            _ => Err(Errno::INVAL),
        };
        done(renamed, reply);
    }

    fn open(&mut self, _: &Request<'_>, id: u64, _: i32, reply: ReplyOpen) {
        match lock(&self.0).size(id) {
            Ok(_) => reply.opened(0, 0),
            Err(error) => reply.error(code(error)),
        }
    }

    fn read(
        &mut self,
        _: &Request<'_>,
        id: u64,
        _: u64,
        at: i64,
        size: u32,
        _: i32,
        _: Option<u64>,
        reply: ReplyData,
    ) {
        match lock(&self.0).read(id, place(at), place(size)) {
            Ok(bytes) => reply.data(bytes),
            Err(error) => reply.error(code(error)),
        }
    }

    fn write(
        &mut self,
        _: &Request<'_>,
        id: u64,
        _: u64,
        at: i64,
        data: &[u8],
        _: u32,
        _: i32,
        _: Option<u64>,
        reply: ReplyWrite,
    ) {
        match lock(&self.0).write(id, place(at), data) {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(0)),
            Err(error) => reply.error(code(error)),
        }
    }

    /// A file is closed. That is no sync.
    fn flush(&mut self, _: &Request<'_>, _: u64, _: u64, _: u64, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&mut self, _: &Request<'_>, id: u64, _: u64, _: bool, reply: ReplyEmpty) {
        self.sync(id, reply);
    }

    fn fsyncdir(&mut self, _: &Request<'_>, id: u64, _: u64, _: bool, reply: ReplyEmpty) {
        self.sync(id, reply);
    }

    fn readdir(&mut self, _: &Request<'_>, id: u64, _: u64, at: i64, mut reply: ReplyDirectory) {
        let disk = lock(&self.0);
        let names = match disk.names(id) {
            Ok(names) => names,
            Err(error) => return reply.error(code(error)),
        };
        for (number, (name, node)) in (1_i64..).zip(names).skip(place(at)) {
            let is_file = matches!(disk.size(*node), Ok(Some(_)));
            let kind = if is_file { FileType::RegularFile } else { FileType::Directory };
            if reply.add(*node, number, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&mut self, _: &Request<'_>, _: u64, reply: ReplyStatfs) {
        let blocks = 1 << 22;
        reply.statfs(blocks, blocks, blocks, blocks, blocks, 4096, 255, 4096);
    }
}
