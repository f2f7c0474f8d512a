//! `cargo xtask …`: set-up, build and test steps; no product logic.
//!
//! Each step fetches what it needs or says in one line what is missing and how to get it.

mod bench;
mod build;
mod demo;
mod layout;
mod lint;
mod need;
mod stamp;
mod step;
mod suite;
mod tool;
mod widget;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::layout::Layout;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Builds, runs and tests byo")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Leaves `target/release/byo`, self-contained, and the npm package folder `target/npm/byo-connect`
    Build,
    /// Builds the browser half only: wasm, JavaScript and the npm package folder
    Widget,
    /// Builds byo and runs its demo
    Demo {
        /// Drive Chromium through the demo and exit, instead of staying up
        #[arg(long)]
        headless: bool,
    },
    /// Runs every suite and ends with a count
    Test {
        /// Also the forms that take hours
        #[arg(long)]
        long: bool,
    },
    /// Measures, as ratios within one run, and fails above a limit
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Formatting, clippy, and deny.toml where cargo-deny is installed
    Lint,
}

fn main() -> ExitCode {
    let layout = Layout::of_this_checkout();
    let outcome = match Arguments::parse().task {
        Task::Build => build::run(&layout).map(|()| true),
        Task::Widget => widget::run(&layout).map(|()| true),
        Task::Demo { headless: true } => demo::headless(&layout).map(|()| true),
        Task::Demo { headless: false } => demo::foreground(&layout).map(|()| true),
        Task::Test { long } => suite::run(&layout, long),
        Task::Bench(bench) => bench::run(&layout, bench).map(|()| true),
        Task::Lint => lint::run(&layout).map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        // The report has said what failed, and its last line is the count.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
