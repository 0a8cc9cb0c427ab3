//! Arguments, exit codes, printing. Calls the library and decides nothing about builds.

mod about;
mod artifact;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr as _;

use clap::{Args, Parser, Subcommand};
use usecrate_build::bridge::Profile;
use usecrate_build::cache::GENERATOR;
use usecrate_build::cargo::interrupt;
use usecrate_build::diagnostic::Diagnostic;
use usecrate_build::progress::{Done, Event, JsonLines, PlainLines, Progress, Terminal};
use usecrate_build::resolve::{FeatureSelection, Question, Spec};
use usecrate_build::{BuildError, Built, Request, build, lock_file};

/// The request failed.
const FAILED: u8 = 1;
/// The command line or this program is wrong.
const USAGE: u8 = 2;

const EXAMPLES: &str = "\
Module specs:
  semver                     the newest version in the registry
  semver@1, semver@1.0       the newest version that starts so
  semver@1.0.20              exactly this version
  'semver@>=1,<2'            the newest version that meets the requirement
  ./my-crate                 a folder: the nearest Cargo.toml with a [package]
  git+https://host/repo#rev  a git repository, at a commit, tag or branch

Examples:
  usecrate build semver@1                                 into the cache, for `usecrate.import_`
  usecrate build uuid@1 --features v4,v7 --out artifacts  into a folder of your own
  usecrate build ./my-crate --profile dev                 quick to build, slower to run
  usecrate build ./workspace --package member             one package of several
  usecrate build git+https://host/repo#v1.2 --locked      with the repository's own Cargo.lock
  usecrate build semver@1 --refetch                       is there a newer one in the registry?
  usecrate build ./my-crate --instantiate 'parse<u32>'    one more instance of a generic function
  usecrate inspect semver@1                               what Python sees, and what is skipped

Output:
  Standard output gets one line, the artifact's folder; standard error gets what is being done.
  With --json, standard output gets one event a line instead, the last one `done` or `error`.

Environment:
  USECRATE_CACHE_DIR     the cache, instead of the platform's cache folder
  USECRATE_ARTIFACT_DIR  the root for artifacts, instead of `artifacts` in the cache
  RUSTUP_TOOLCHAIN       which Rust toolchain builds (1.93 or newer)
  RUSTFLAGS              as for cargo; part of what makes two builds differ

Exit codes:
  0  done
  1  the request failed: the crate, its version, its build, the network
  2  the command line is wrong, or this program is
  130  interrupted by Ctrl-C: what was compiled stays, nothing half-written does";

/// Builds unmodified Rust crates into artifacts that Python loads.
#[derive(Debug, Parser)]
#[command(name = "usecrate-build", bin_name = "usecrate", version = GENERATOR, after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a crate into an artifact and print the artifact's folder
    #[command(after_help = EXAMPLES)]
    Build(BuildArgs),
    /// Print the lock file that `build` would leave in the artifact, and build nothing
    #[command(hide = true)]
    Lock(BuildArgs),
    /// List, remove or rebuild artifacts
    #[command(subcommand)]
    Artifact(artifact::Command),
    /// Print the version of this program, and behind `+` the hash of what it is made from
    Version,
    /// Print what this program works with and takes, as JSON
    #[command(hide = true)]
    About,
    /// Load a built library and print what it says of itself, as JSON
    #[command(hide = true)]
    DescribeLibrary {
        /// The library
        library: PathBuf,
    },
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// What to build: a name, name@version, a folder, or git+URL#rev
    #[arg(
        value_name = "SPEC",
        required_unless_present = "module",
        conflicts_with = "module"
    )]
    spec: Option<String>,
    /// The same as SPEC
    #[arg(long, value_name = "SPEC")]
    module: Option<String>,
    /// Which package, in a workspace or repository with several
    #[arg(long, short = 'p', value_name = "NAME")]
    package: Option<String>,
    /// Features to switch on, separated by commas
    #[arg(long, short = 'F', value_name = "FEATURES")]
    features: Vec<String>,
    /// Leave the default features off
    #[arg(long)]
    no_default_features: bool,
    /// Switch all features on
    #[arg(long, conflicts_with = "features")]
    all_features: bool,
    /// Root folder for artifacts
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Build though an artifact is there already
    #[arg(long)]
    force: bool,
    /// Ask the registry or repository anew what is meant, though an artifact that fits is there
    #[arg(long, conflicts_with = "offline")]
    refetch: bool,
    /// Use the crate's own lock file, and fail when it would have to change
    #[arg(long)]
    locked: bool,
    /// Use this lock file, such as the `Cargo.lock` of an artifact, and fail when it would have to change
    #[arg(long, value_name = "FILE", conflicts_with = "locked")]
    lockfile: Option<PathBuf>,
    /// Use what was downloaded before, and never the network
    #[arg(long)]
    offline: bool,
    /// Folder for cargo's intermediate files [default: in the cache, shared by all builds]
    #[arg(long, value_name = "DIR")]
    target_dir: Option<PathBuf>,
    /// Run with this glibc and every newer one, such as 2.17: link through zig (`pip install cargo-zigbuild ziglang`)
    #[arg(long, value_name = "VERSION", value_parser = glibc_version)]
    glibc: Option<String>,
    /// `release` or `dev`
    #[arg(long, default_value = "release", value_parser = Profile::from_str)]
    profile: Profile,
    /// Configuration [default: the crate's own `usecrate.toml` or `[package.metadata.usecrate]`]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An instance of a generic type or function, besides those of the configuration; may be given several times
    #[arg(long, value_name = "PATH<TYPES>")]
    instantiate: Vec<String>,
    /// Print events as JSON lines on standard output
    #[arg(long)]
    json: bool,
    /// Show commands, what is compiled, and what is skipped
    #[arg(long, short)]
    verbose: bool,
}

fn glibc_version(text: &str) -> Result<String, String> {
    let is_number =
        |part: &str| !part.is_empty() && part.len() < 4 && part.bytes().all(|c| c.is_ascii_digit());
    match text.split_once('.') {
        Some((major, minor)) if is_number(major) && is_number(minor) => Ok(text.to_owned()),
        _ => Err("it is two numbers, such as 2.17".to_owned()),
    }
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data; everything else is a wrong command line. Clap knows which stream.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { 0 });
        }
    };
    match cli.command {
        Command::Build(args) => run_build(&args, false),
        Command::Lock(args) => run_lock(&args),
        Command::Artifact(command) => artifact::run(&command),
        Command::Version => print_line(&format!("usecrate-build {GENERATOR}")),
        Command::About => about::run(),
        Command::DescribeLibrary { library } => match usecrate_build::library::describe(&library) {
            Ok(answer) => print_line(&answer.to_string()),
            Err(error) => report(&Diagnostic::of(&error), FAILED),
        },
    }
}

fn run_build(args: &BuildArgs, afresh: bool) -> ExitCode {
    requested(args, afresh, |request, progress| {
        let done = done(build(request, progress)?);
        progress.event(&Event::Done(done.clone()));
        if args.json {
            return Ok(ExitCode::SUCCESS);
        }
        let _ = writeln!(std::io::stderr(), "{}", summary(&done));
        if std::io::stdout().is_terminal() && std::io::stderr().is_terminal() {
            // The line above names the folder already.
            return Ok(ExitCode::SUCCESS);
        }
        Ok(print_line(&done.artifact.display().to_string()))
    })
}

fn run_lock(args: &BuildArgs) -> ExitCode {
    requested(args, false, |request, progress| {
        let lock = lock_file(request, progress)?;
        if args.json {
            progress.event(&Event::Locked { lock });
            return Ok(ExitCode::SUCCESS);
        }
        Ok(print_line(lock.trim_end()))
    })
}

/// Does what was asked for with a crate, and tells what happens and how it fails.
fn requested(
    args: &BuildArgs,
    afresh: bool,
    work: impl FnOnce(&Request, &dyn Progress) -> Result<ExitCode, BuildError>,
) -> ExitCode {
    let progress: Box<dyn Progress> = if args.json {
        Box::new(JsonLines)
    } else if std::io::stderr().is_terminal() {
        Box::new(Terminal::new(args.verbose))
    } else {
        Box::new(PlainLines {
            verbose: args.verbose,
        })
    };
    let fail = |diagnostic: Diagnostic, code: u8| {
        progress.event(&Event::Error(diagnostic.clone()));
        if args.json {
            ExitCode::from(code)
        } else {
            report(&diagnostic, code)
        }
    };
    let request = match request(args, afresh) {
        Ok(request) => request,
        Err(diagnostic) => return fail(*diagnostic, USAGE),
    };
    interrupt::watch();
    match work(&request, &*progress) {
        Ok(code) => code,
        Err(_) if interrupt::interrupted() => fail(interrupted(), interrupt::EXIT),
        Err(error) => fail(Diagnostic::of(&error), FAILED),
    }
}

fn interrupted() -> Diagnostic {
    Diagnostic {
        code: "interrupted".to_owned(),
        message: "the build was interrupted".to_owned(),
        place: None,
        causes: Vec::new(),
        hint: Some("the next one goes on with what is compiled already".to_owned()),
        details: None,
    }
}

fn request(args: &BuildArgs, afresh: bool) -> Result<Request, Box<Diagnostic>> {
    let text = args
        .spec
        .as_deref()
        .or(args.module.as_deref())
        .unwrap_or_default();
    let spec = Spec::from_str(text).map_err(|error| {
        Box::new(Diagnostic::of(&usecrate_build::resolve::ResolveError::from(
            error,
        )))
    })?;
    let internal = |what: &str, error: std::io::Error| {
        Box::new(Diagnostic {
            code: "internal".to_owned(),
            message: format!("cannot find {what}"),
            place: None,
            causes: vec![error.to_string()],
            hint: None,
            details: None,
        })
    };
    let lock = args.lockfile.as_ref().map(|file| {
        fs_err::read_to_string(file).map_err(|error| {
            Box::new(Diagnostic {
                code: "no-lock-file".to_owned(),
                message: "cannot read the lock file".to_owned(),
                place: Some(file.display().to_string()),
                causes: vec![error.to_string()],
                hint: None,
                details: None,
            })
        })
    });
    let lock = lock.transpose()?;
    Ok(Request {
        question: Question {
            spec,
            package: args.package.clone(),
            features: FeatureSelection::new(&args.features, !args.no_default_features, args.all_features),
            locked: args.locked,
            lock,
        },
        out: args.out.clone(),
        target_dir: args.target_dir.clone(),
        config: args.config.clone(),
        instantiate: args.instantiate.clone(),
        profile: args.profile,
        glibc: args.glibc.clone(),
        force: args.force || afresh,
        refetch: args.refetch,
        afresh,
        offline: args.offline,
        program: std::env::current_exe().map_err(|error| internal("this program's own path", error))?,
        folder: std::env::current_dir().map_err(|error| internal("the working directory", error))?,
    })
}

/// The last event, with the manifest's counts: an artifact says for itself what it serves.
fn done(built: Built) -> Done {
    let text = fs_err::read(built.artifact.join("manifest.json")).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let count = |name: &str| {
        manifest
            .get(name)
            .and_then(|list| list.as_array())
            .map_or(0, Vec::len)
    };
    Done {
        served: count("callables"),
        skipped: count("skipped"),
        artifact: built.artifact,
        package: built.package,
        version: built.version.to_string(),
        reused: built.reused,
        stages: built.stages,
    }
}

/// The last line: what was built, where it lies, what it serves, how long each stage took.
fn summary(done: &Done) -> String {
    let Done {
        package,
        version,
        served,
        skipped,
        ..
    } = done;
    let place = done.artifact.display();
    let plural = if *served == 1 { "" } else { "s" };
    let counts = format!("{served} callable{plural} served, {skipped} skipped");
    if done.reused {
        return format!("{package} {version} is in {place}: {counts}; nothing to do");
    }
    let times: Vec<_> = done
        .stages
        .iter()
        .map(|(stage, time)| format!("{} {time:.1} s", stage.word()))
        .collect();
    let total: f64 = done.stages.values().sum();
    format!(
        "built {package} {version} in {place}: {counts}; {total:.1} s ({})",
        times.join(", ")
    )
}

fn report(diagnostic: &Diagnostic, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{diagnostic}");
    ExitCode::from(code)
}

fn print_line(line: &str) -> ExitCode {
    match writeln!(std::io::stdout(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(USAGE),
    }
}
