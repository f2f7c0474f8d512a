//! Writes the pinned vectors anew: `cargo run -p byo-seal --example vectors > seal/vectors/byo-seal-v1.json`

#[path = "../tests/generate/mod.rs"]
mod generate;
#[path = "../tests/pinned/mod.rs"]
mod pinned;

fn main() {
    let text = generate::file();
    let file: generate::VectorFile = serde_json::from_str(&text).expect("it was just written");
    for vector in file.vectors {
        if let Err(error) = pinned::check(&vector) {
            panic!("{}: {error}", vector.name);
        }
    }
    print!("{text}");
}
