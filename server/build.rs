//! Embedded folders are watched as folders, or a file added to them would not be noticed.

fn main() {
    println!("cargo:rerun-if-changed=../target/embed");
    println!("cargo:rerun-if-changed=../www");
    println!("cargo:rerun-if-changed=migrations");
}
