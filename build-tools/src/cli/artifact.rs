//! `usecrate artifact`: what lies in the cache or another root, and getting rid of it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr as _;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use indicatif::HumanBytes;

use usecrate_build::cache::Layout;
use usecrate_build::collect;
use usecrate_build::diagnostic::Diagnostic;
use usecrate_build::progress::Silent;
use usecrate_build::resolve::{ResolveError, Spec};
use usecrate_build::stored::{self, Stored};

use super::{BuildArgs, FAILED, USAGE, print_line, report, run_build};

const EXAMPLES: &str = "\
Examples:
  usecrate artifact rm semver@1.0.28              show what would be removed
  usecrate artifact rm semver@1.0.28 --yes        remove it
  usecrate artifact rm ./my-crate --yes           what was built from a folder
  usecrate artifact rm --work --yes               what is kept to build faster; artifacts stay
  usecrate artifact rm --all --yes                everything; the next import builds again";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List artifacts: what they are, how large, whether they are whole
    List(ListArgs),
    /// Remove artifacts, and what is kept to build them faster
    #[command(after_help = EXAMPLES)]
    Rm(RemoveArgs),
    /// Build an artifact again, from nothing but the crate's sources
    Rebuild(BuildArgs),
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Which ones: a name, name@version, an artifact's folder, or a local crate's [default: all]
    #[arg(value_name = "SPEC")]
    specs: Vec<String>,
    /// Root folder of artifacts [default: as for `build`]
    #[arg(long, value_name = "DIR")]
    artifact_dir: Option<PathBuf>,
    /// Print one JSON list
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// Which ones: a name, name@version, an artifact's folder, or a local crate's
    #[arg(value_name = "SPEC", required_unless_present_any = ["all", "work"])]
    specs: Vec<String>,
    /// All of them and, in the cache, what is kept to build faster
    #[arg(long, conflicts_with = "specs")]
    all: bool,
    /// All that is kept to build faster: cargo's target folders, bridges, single files. It serves every artifact
    #[arg(long)]
    work: bool,
    /// Root folder of artifacts [default: as for `build`]
    #[arg(long, value_name = "DIR")]
    artifact_dir: Option<PathBuf>,
    /// Remove what would otherwise only be shown
    #[arg(long, short)]
    yes: bool,
}

/// Runs one of the commands.
pub(super) fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Rebuild(args) => return run_build(args, true),
        Command::List(args) => list(args),
        Command::Rm(args) => remove(args),
    };
    done.unwrap_or_else(|refused| report(&refused.0, refused.1))
}

type Refused = Box<(Diagnostic, u8)>;

fn list(args: &ListArgs) -> Result<ExitCode, Refused> {
    let layout = layout(args.artifact_dir.as_ref())?;
    let found = chosen(&layout, &args.specs)?;
    if args.json {
        let text = serde_json::to_string_pretty(&found).map_err(|error| failed(&error.to_string()))?;
        return Ok(print_line(&text));
    }
    for line in table(&found) {
        print_line(&line);
    }
    say(&format!("{} in {}", total(&found), layout.artifacts.display()));
    Ok(ExitCode::SUCCESS)
}

fn remove(args: &RemoveArgs) -> Result<ExitCode, Refused> {
    let layout = layout(args.artifact_dir.as_ref())?;
    let found = match args.all || !args.specs.is_empty() {
        true => chosen(&layout, &args.specs)?,
        false => Vec::new(),
    };
    let work: Vec<(PathBuf, u64)> = match args.work || (args.all && layout.is_own()) {
        true => collect::working_files(&layout),
        false => stored::working_files(&layout, &found),
    }
    .into_iter()
    .map(|folder| (folder.clone(), stored::size(&folder)))
    .collect();
    for line in table(&found) {
        print_line(&line);
    }
    for (folder, size) in &work {
        print_line(&format!(
            "working files  {}  {}",
            HumanBytes(*size),
            folder.display()
        ));
    }
    if !args.yes {
        return Ok(shown(&layout, &found, &work));
    }
    for artifact in &found {
        stored::remove(artifact)
            .map_err(|error| failed(&format!("cannot remove `{}`: {error}", artifact.path.display())))?;
    }
    let mut gone = Vec::new();
    for (folder, size) in work {
        match collect::remove_working_files(&layout, &folder) {
            Ok(true) => gone.push((folder, size)),
            Ok(false) => say(&format!("a build may be using {}: it stays", folder.display())),
            Err(error) => return Err(failed(&format!("cannot remove `{}`: {error}", folder.display()))),
        }
    }
    collect::leftovers(&layout, &Silent);
    say(&format!(
        "removed {}",
        all_of(&found, &gone).trim_end_matches(',')
    ));
    Ok(ExitCode::SUCCESS)
}

/// Says what would be removed.
fn shown(layout: &Layout, found: &[Stored], work: &[(PathBuf, u64)]) -> ExitCode {
    if found.is_empty() && work.is_empty() {
        say(&format!(
            "nothing is there to remove: {}",
            layout.artifacts.display()
        ));
        return ExitCode::SUCCESS;
    }
    let all = all_of(found, work);
    say(&format!(
        "nothing was removed: {all} would be; add --yes to do it"
    ));
    ExitCode::from(FAILED)
}

fn layout(artifact_dir: Option<&PathBuf>) -> Result<Layout, Refused> {
    Layout::find(artifact_dir.map(PathBuf::as_path)).map_err(|error| failed(&error.to_string()))
}

/// The artifacts that are meant, all if none is named. A name that means nothing is an error.
fn chosen(layout: &Layout, specs: &[String]) -> Result<Vec<Stored>, Refused> {
    let mut found = stored::list(&layout.artifacts);
    let mut specs_read = Vec::new();
    for text in specs {
        let spec = Spec::from_str(text)
            .map_err(|error| Box::new((Diagnostic::of(&ResolveError::from(error)), USAGE)))?;
        if !found.iter().any(|one| one.is_meant(&spec)) {
            let mut names: Vec<&str> = found.iter().map(|one| one.package.as_str()).collect();
            names.dedup();
            let mut diagnostic = failed(&format!(
                "no artifact of `{text}` is in `{}`",
                layout.artifacts.display()
            ))
            .0;
            diagnostic.code = "no-such-artifact".to_owned();
            diagnostic.hint = Some(match names.is_empty() {
                true => "the folder holds none: `usecrate build` fills it".to_owned(),
                false => format!("there are artifacts of {}", names.join(", ")),
            });
            return Err(Box::new((diagnostic, FAILED)));
        }
        specs_read.push(spec);
    }
    if !specs_read.is_empty() {
        found.retain(|one| specs_read.iter().any(|spec| one.is_meant(spec)));
    }
    Ok(found)
}

/// The lines of a table, columns aligned.
fn table(found: &[Stored]) -> Vec<String> {
    let rows: Vec<[String; 6]> = found
        .iter()
        .map(|one| {
            let mut features = one.features.join(",");
            if !one.default_features {
                features = format!("{features} (no default)").trim_start().to_owned();
            }
            [
                format!("{} {}", one.package, one.version),
                if features.is_empty() {
                    "-".to_owned()
                } else {
                    features
                },
                one.profile.clone(),
                HumanBytes(one.size).to_string(),
                age(one.built),
                match &one.damage {
                    None => one.path.display().to_string(),
                    Some(damage) => format!("{}  DAMAGED: {damage}", one.path.display()),
                },
            ]
        })
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 6]| {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(at, cell)| format!("{cell:width$}", width = widths.get(at).copied().unwrap_or(0)))
            .collect();
        cells.join("  ")
    };
    rows.iter().map(line).collect()
}

fn age(built: u64) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let seconds = now.saturating_sub(built);
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} days ago", seconds / 86400),
    }
}

fn total(found: &[Stored]) -> String {
    let plural = if found.len() == 1 { "" } else { "s" };
    let bytes: u64 = found.iter().map(|one| one.size).sum();
    format!("{} artifact{plural}, {}", found.len(), HumanBytes(bytes))
}

fn all_of(found: &[Stored], work: &[(PathBuf, u64)]) -> String {
    let bytes = HumanBytes(work.iter().map(|(_, size)| size).sum());
    match (found.is_empty(), work.is_empty()) {
        (_, true) => total(found),
        (true, false) => format!("working files, {bytes},"),
        (false, false) => format!("{}, and working files, {bytes},", total(found)),
    }
}

fn failed(message: &str) -> Refused {
    let diagnostic = Diagnostic {
        code: "cannot-write".to_owned(),
        message: message.to_owned(),
        place: None,
        causes: Vec::new(),
        hint: None,
        details: None,
    };
    Box::new((diagnostic, FAILED))
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
