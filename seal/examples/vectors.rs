//! Writes pinned vectors anew: `cargo run -p byo-seal --example vectors > seal/vectors/byo-seal-v1.json`, or with
//! `-- request` those of `byo-request-v1.json`.

#[path = "../tests/generate/mod.rs"]
mod generate;
#[path = "../tests/pinned/mod.rs"]
mod pinned;

fn main() {
    let text = if std::env::args().nth(1).as_deref() == Some("request") { requests() } else { submissions() };
    print!("{text}");
}

fn submissions() -> String {
    let text = generate::file();
    let file: generate::VectorFile = serde_json::from_str(&text).expect("it was just written");
    for vector in file.vectors {
        if let Err(error) = pinned::check(&vector) {
            panic!("{}: {error}", vector.name);
        }
    }
    text
}

fn requests() -> String {
    let text = generate::request::file();
    let file: generate::request::RequestVectorFile =
        serde_json::from_str(&text).expect("it was just written");
    for vector in file.vectors {
        if let Err(error) = pinned::request::check(&vector) {
            panic!("{}: {error}", vector.name);
        }
    }
    text
}
