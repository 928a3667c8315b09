//! The disk itself, through the kernel: what it must forget, and what it must not.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::dice::Dice;
use super::disk::{Disk, Mercy, Owner, ROOT};
use super::mount::Mounted;

/// A mounted disk, and a folder for what it leaves behind.
struct Bench {
    mounted: Mounted,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Bench {
        let folder =
            std::env::temp_dir().join(format!("florin-forgets-{name}-{}", std::process::id()));
        let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
        let owner = Owner { user: user.as_raw(), group: group.as_raw(), mode: 0o755 };
        Bench { mounted: Mounted::new(Disk::empty(owner), &folder.join("disk")), folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.mounted.path().join(name)
    }

    /// What was made so far reaches the platter, names included.
    fn sync(&self, names: &[&str]) {
        for name in names.iter().chain([&""]) {
            File::open(self.at(name)).unwrap().sync_all().unwrap();
        }
    }

    /// Cuts the power, and gives a folder with what is left.
    fn cut(&self, mercy: Mercy) -> PathBuf {
        let left = self.mounted.disk().cut(&mut Dice::seeded(1), mercy);
        let copy = self.folder.join("left");
        left.copy_to(ROOT, &copy).unwrap();
        copy
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // The mount is not yet gone: only what lies beside it.
        _ = fs::remove_dir_all(self.folder.join("left"));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let found = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_was_not_synced_is_forgotten() {
    let bench = Bench::new("write");
    fs::write(bench.at("book"), "first").unwrap();
    bench.sync(&["book"]);
    let book = File::options().write(true).open(bench.at("book")).unwrap();
    book.write_all_at(b"FIRST and more", 0).unwrap();
    drop(book);
    assert_eq!(fs::read_to_string(bench.at("book")).unwrap(), "FIRST and more");
    assert_eq!(fs::read_to_string(bench.cut(Mercy::NONE).join("book")).unwrap(), "first");
    assert!(fs::read(bench.at("book")).is_err() && fs::write(bench.at("new"), "x").is_err());
}

#[test]
fn a_name_waits_for_a_sync_of_its_folder() {
    let bench = Bench::new("names");
    for name in ["stays", "renamed", "removed"] {
        fs::write(bench.at(name), name).unwrap();
    }
    bench.sync(&["stays", "renamed", "removed"]);
    let mut new = File::create(bench.at("new")).unwrap();
    new.write_all(b"new").unwrap();
    new.sync_all().unwrap();
    fs::rename(bench.at("renamed"), bench.at("other")).unwrap();
    fs::remove_file(bench.at("removed")).unwrap();
    assert_eq!(names(bench.mounted.path()), ["new", "other", "stays"]);
    assert_eq!(names(&bench.cut(Mercy::NONE)), ["removed", "renamed", "stays"]);
}

#[test]
fn names_that_were_synced_are_kept_and_what_they_hold_waits_for_its_own_sync() {
    let bench = Bench::new("folder");
    fs::create_dir(bench.at("folder")).unwrap();
    fs::write(bench.at("folder/held"), "held").unwrap();
    fs::write(bench.at("empty"), "forgotten").unwrap();
    bench.sync(&["folder/held", "folder"]);
    let left = bench.cut(Mercy::NONE);
    assert_eq!(fs::read_to_string(left.join("folder/held")).unwrap(), "held");
    assert_eq!(fs::read_to_string(left.join("empty")).unwrap(), "");
}

#[test]
fn a_cut_may_leave_pieces() {
    let bench = Bench::new("torn");
    fs::write(bench.at("book"), vec![1; 64 * 512]).unwrap();
    bench.sync(&["book"]);
    let book = File::options().write(true).open(bench.at("book")).unwrap();
    book.write_all_at(&vec![2; 64 * 512 - 100], 100).unwrap();
    let left = fs::read(bench.cut(Mercy { keeps: 50, block: 512 }).join("book")).unwrap();
    let (first, rest) = left.split_at(512);
    assert!(first[..100].iter().all(|byte| *byte == 1), "nobody has written there");
    let mut kept = vec![first[100..].to_vec()];
    kept.extend(rest.chunks(512).map(<[u8]>::to_vec));
    for block in &kept {
        assert!(
            block.iter().all(|byte| *byte == block[0]),
            "a sector is written whole or not at all"
        );
    }
    let new = kept.iter().filter(|block| block[0] == 2).count();
    assert!((10..54).contains(&new), "{new} of 64");
}

#[test]
fn a_sync_that_the_cut_overtakes_has_not_happened() {
    let bench = Bench::new("sync");
    fs::write(bench.at("book"), "first").unwrap();
    bench.sync(&["book"]);
    let book = File::options().write(true).open(bench.at("book")).unwrap();
    book.write_all_at(b"later", 0).unwrap();
    let syncing = std::thread::spawn(move || book.sync_all());
    let left = bench.cut(Mercy::NONE);
    assert!(syncing.join().unwrap().is_err(), "the power was gone");
    assert_eq!(fs::read_to_string(left.join("book")).unwrap(), "first");
}
