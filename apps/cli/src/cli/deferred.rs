//! Arguments that are defined when their command is called, not before.
//!
//! `ganglion --help` shows no option of any command; making and dropping them all took much of its time.

use std::cell::Cell;

use clap::builder::{Resettable, StyledStr};
use clap::{ArgMatches, Args, Command, CommandFactory, Error, FromArgMatches, Id, Subcommand};

thread_local! {
    /// Whether what is defined on this thread is defined at once.
    static WHOLE: Cell<bool> = const { Cell::new(false) };
}

/// The arguments or the subcommands of a command, which are defined once clap comes to that command.
#[derive(Debug, Clone)]
pub struct Deferred<T>(pub T);

/// The definition of `C` with nothing deferred, for whoever walks through it.
///
/// [`Command::build`] resolves what is deferred too, but from the top down: the subcommands of `help`, which completions
/// show, would end at what is deferred.
pub fn whole<C: CommandFactory>() -> Command {
    let before = WHOLE.replace(true);
    let command = C::command();
    WHOLE.set(before);
    command
}

/// Lets `define` add to `command` when its time comes.
fn add(command: Command, define: fn(Command) -> Command) -> Command {
    if WHOLE.get() {
        return define(command);
    }
    command.defer(define)
}

/// Adds by `define`, which brings its own words on what it is; a command's own words stay.
fn keeping_about(command: Command, define: impl FnOnce(Command) -> Command) -> Command {
    let about: Resettable<StyledStr> = command.get_about().cloned().into();
    let long_about: Resettable<StyledStr> = command.get_long_about().cloned().into();
    define(command).about(about).long_about(long_about)
}

impl<T: Args> Args for Deferred<T> {
    fn group_id() -> Option<Id> {
        T::group_id()
    }

    fn augment_args(command: Command) -> Command {
        add(command, |command| keeping_about(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        add(command, |command| keeping_about(command, T::augment_args_for_update))
    }
}

impl<T: Subcommand> Subcommand for Deferred<T> {
    fn augment_subcommands(command: Command) -> Command {
        add(command, |command| keeping_about(command, T::augment_subcommands))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        add(command, |command| keeping_about(command, T::augment_subcommands_for_update))
    }

    fn has_subcommand(name: &str) -> bool {
        T::has_subcommand(name)
    }
}

impl<T: FromArgMatches> FromArgMatches for Deferred<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches_mut(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }

    fn update_from_arg_matches_mut(&mut self, matches: &mut ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches_mut(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;

    /// The words that lead to every command, `help` aside.
    fn paths(command: &Command, path: &[String], found: &mut Vec<Vec<String>>) {
        for inner in command.get_subcommands() {
            let path: Vec<String> = path.iter().cloned().chain([inner.get_name().to_owned()]).collect();
            paths(inner, &path, found);
            found.push(path);
        }
    }

    /// What is printed instead of running a command.
    fn printed(mut definition: Command, words: &[&str]) -> Option<String> {
        definition.try_get_matches_from_mut(words).err().map(|error| error.to_string())
    }

    #[test]
    fn until_a_command_is_called_its_arguments_are_not_there() {
        let (lazy, full) = (Cli::command(), whole::<Cli>());
        let of = |command: &Command| {
            let up = command.find_subcommand("up").expect("up").get_arguments().count();
            (up, command.find_subcommand("wallet").expect("wallet").get_subcommands().count())
        };
        assert_eq!(of(&lazy), (0, 0));
        assert!(of(&full) > (10, 5), "{:?}", of(&full));
        assert_eq!(of(&Cli::command()), (0, 0), "the next definition is deferred again");
    }

    #[test]
    fn whatever_is_printed_is_the_same() {
        let mut all = vec![Vec::new()];
        paths(&whole::<Cli>(), &[], &mut all);
        assert!(all.len() > 80, "{}", all.len());
        let mut compared = 0;
        for path in &all {
            for last in [None, Some("--help"), Some("--jsom"), Some("frobnicate")] {
                let words: Vec<&str> =
                    std::iter::once("ganglion").chain(path.iter().map(String::as_str)).chain(last).collect();
                let lazy = printed(Cli::command(), &words);
                compared += usize::from(lazy.is_some());
                assert_eq!(lazy, printed(whole::<Cli>(), &words), "{words:?}");
            }
            let words: Vec<&str> = ["ganglion", "help"].into_iter().chain(path.iter().map(String::as_str)).collect();
            assert_eq!(printed(Cli::command(), &words), printed(whole::<Cli>(), &words), "{words:?}");
        }
        // For help and for an unknown option, whatever the command; `node` alone passes both on.
        assert!(compared >= 2 * (all.len() - 1), "{compared} for {}", all.len());
    }

    #[test]
    fn a_command_says_what_it_is_in_its_own_words() {
        for (name, about) in [("up", "Start a whole network"), ("wallet", "Make and keep keys")] {
            let help = printed(Cli::command(), &["ganglion", name, "--help"]).expect("help");
            assert!(help.starts_with(about), "{help}");
        }
    }

    #[test]
    fn help_leads_to_every_command() {
        let mut command = whole::<Cli>();
        command.build();
        let help = command.find_subcommand("help").expect("help");
        let transfer = help.find_subcommand("wallet").and_then(|wallet| wallet.find_subcommand("transfer"));
        assert!(transfer.is_some(), "`ganglion help wallet <TAB>` shows it");
    }
}
