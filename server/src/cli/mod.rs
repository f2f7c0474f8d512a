//! The command line.

mod admin;
mod core_dumps;
mod demo;
mod doctor;
mod keys;
mod serve;

use std::{io, path::PathBuf, process::ExitCode, thread};

use byo_server::{config::Config, environment::Environment};
use clap::{Parser, Subcommand, ValueEnum};
use tokio::runtime::{Builder, Runtime};

/// Bring your own key: customers' AI provider keys, sealed in the browser, opened, checked and stored here.
#[derive(Parser)]
#[command(name = "byo", version, about, max_term_width = 100)]
struct Cli {
    /// Settings file; `byo.toml` in this folder when there is one. BYO_<SECTION>__<KEY> goes before it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A single setting, for example --set server.listen=0.0.0.0:8787; goes before everything else
    #[arg(long = "set", global = true, value_name = "SETTING=VALUE", value_parser = parse_setting)]
    settings: Vec<(String, String)>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve,
    /// Run a server with a pretend product beside it, to try everything without accounts; keeps nothing
    Demo(demo::DemoArgs),
    /// Manage projects on the running server
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Manage tokens on the running server
    #[command(subcommand)]
    Token(TokenCommand),
    /// Manage the keys that browsers seal to, and the root that vouches for them
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Check the settings, the database and the running server
    Doctor,
}

#[derive(Subcommand)]
enum ProjectCommand {
    /// Make a project; prints its tokens this once
    Create {
        /// The product's name, as customers know it
        #[arg(long)]
        name: String,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make another token; prints it this once
    Create {
        /// The project's id
        #[arg(long)]
        project: String,
        /// Which half of the project
        #[arg(long, value_parser = |text: &str| text.parse::<Environment>())]
        environment: Environment,
        /// Who holds it
        #[arg(long)]
        kind: Kind,
        /// What to call it
        #[arg(long)]
        name: String,
    },
    /// End a token; no call passes with it from then on
    Revoke {
        /// The token's id (not the token)
        id: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// For browsers
    Publishable,
    /// For the backend
    Secret,
}

/// Why a command failed, in words for whoever typed it.
type Failure = Box<dyn std::error::Error>;

pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// With one core there is nobody to share tasks with, and handing them around has its price.
fn runtime() -> io::Result<Runtime> {
    let is_alone = thread::available_parallelism().is_ok_and(|cores| cores.get() == 1);
    let mut builder = if is_alone { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.enable_all().build()
}

async fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let load = move || Config::from_process(cli.config.as_deref(), cli.settings.into_iter().collect());
    match cli.command {
        Command::Serve => serve::serve(&load()?).await?,
        Command::Demo(args) => demo::demo(load()?, args).await?,
        Command::Project(ProjectCommand::Create { name }) => admin::create_project(&load()?, &name).await?,
        Command::Token(TokenCommand::Create { project, environment, kind, name }) => {
            admin::create_token(&load()?, &project, environment, kind, &name).await?;
        }
        Command::Token(TokenCommand::Revoke { id }) => admin::revoke_token(&load()?, &id).await?,
        Command::Keys(command) => keys::keys(command, load).await?,
        Command::Openapi => println!("{}", serde_json::to_string_pretty(byo_server::http::document())?),
        Command::Doctor => return Ok(doctor::doctor(load()).await),
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(error: &Failure) -> ExitCode {
    eprintln!("byo: {error}");
    ExitCode::FAILURE
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    let (setting, value) =
        text.split_once('=').ok_or("must be SETTING=VALUE, for example server.listen=0.0.0.0:8787")?;
    Ok((setting.to_owned(), value.to_owned()))
}
