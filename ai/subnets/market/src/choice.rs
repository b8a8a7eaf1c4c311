//! What an operator chooses: a forecaster, and where prices come from.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use ganglion_client::Client;
use ganglion_subnet::store::StoreError;
use ganglion_subnet::validator::LONGEST_TRUTH;
use tokio_util::sync::CancellationToken;

use crate::history::ArchiveError;
use crate::horizon::{Asset, Horizon};
use crate::models::{Backend, Bold, Ewma, ForecastError, Forecaster, Garch, Regression};
use crate::sources::csv::{self, CsvError};
use crate::sources::{Clock, Diary, Endpoint, Feed, MedianPolicy, Panel, Replay, Tape, SLOWEST, STEP};
use crate::tide;

/// Why a choice can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// The file of prices can't be used.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// The prices can't be kept.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What servers said before can't be read, or what they say can't be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The forecaster can't be used.
    #[error(transparent)]
    Forecaster(#[from] ForecastError),
    /// There are too few prices.
    #[error("there are no prices to play")]
    NoPrices,
    /// No server is named.
    #[error("name at least one price server of {0}")]
    NoServer(Asset),
    /// A time ahead is over so late that forecasts of it would never be scored.
    #[error(
        "{0} ahead takes more than two days, and no validator waits longer to score a forecast: name a shorter time"
    )]
    TooFar(Horizon),
}

/// A miner's forecaster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// Exponentially weighted volatility: the default.
    Ewma,
    /// GARCH(1,1).
    Garch,
    /// Quantile regression.
    Regression,
    /// An over-confident one, for demonstrations.
    Bold,
    /// A program at this address; see [`Backend`].
    Backend(String),
}

impl FromStr for ModelChoice {
    type Err = String;

    /// `ewma`, `garch`, `regression`, `bold`, or the `http://` or `https://` address of a program.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ewma" => Ok(Self::Ewma),
            "garch" => Ok(Self::Garch),
            "regression" => Ok(Self::Regression),
            "bold" => Ok(Self::Bold),
            address if address.starts_with("http://") || address.starts_with("https://") => {
                Ok(Self::Backend(address.to_owned()))
            }
            other => {
                Err(format!("{other:?} is none of ewma, garch, regression, bold, or an http:// or https:// address"))
            }
        }
    }
}

impl ModelChoice {
    /// The forecaster.
    ///
    /// # Errors
    /// If the address of a program is none.
    pub fn make(&self) -> Result<Arc<dyn Forecaster>, ChoiceError> {
        let made: Arc<dyn Forecaster> = match self {
            Self::Ewma => Arc::new(Ewma::default()),
            Self::Garch => Arc::new(Garch::default()),
            Self::Regression => Arc::new(Regression::default()),
            Self::Bold => Arc::new(Bold::default()),
            Self::Backend(address) => Arc::new(Backend::new(address)?),
        };
        Ok(made)
    }
}

/// Where prices come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Prices {
    /// A world that the chain's own randomness drives, a step a block: for local networks. The time is that between two
    /// blocks.
    World(Duration),
    /// A file of candles, played.
    File {
        /// The file.
        path: PathBuf,
        /// What its prices are of.
        asset: Asset,
        /// The moment from which it is played, seconds since 1970; its middle, if none is given.
        start: Option<u64>,
        /// How many times as fast as it happened.
        speed: f64,
        /// When the playing began, seconds since 1970, so that several processes see the same; now, if none is given.
        since: Option<u64>,
    },
    /// Servers of each asset, asked every so many seconds.
    Servers(Vec<(Asset, Vec<Endpoint>)>, u32),
}

impl Prices {
    /// The assets that there are prices of.
    pub fn assets(&self) -> Vec<Asset> {
        match self {
            Self::World(_) => vec![Asset::btc()],
            Self::File { asset, .. } => vec![asset.clone()],
            Self::Servers(servers, _) => servers.iter().map(|(asset, _)| asset.clone()).collect(),
        }
    }

    /// Whether every validator sees this market, each by sources of its own, so that they can hold their prices against each
    /// other's. A file is one's own, and a world has the same moves for all but, for who joined later, another price.
    pub fn are_seen_by_all(&self) -> bool {
        matches!(self, Self::Servers(..))
    }

    /// Checks that forecasts of `horizons` can be scored: each is over within the two days that a validator waits at most, by
    /// this machine's clock. A market that is played or driven faster than the world's may be looked ahead further.
    ///
    /// # Errors
    /// [`ChoiceError::TooFar`] names the first that isn't.
    pub fn check(&self, horizons: &[Horizon]) -> Result<(), ChoiceError> {
        match horizons.iter().find(|horizon| self.wall(**horizon) > LONGEST_TRUTH) {
            Some(horizon) => Err(ChoiceError::TooFar(*horizon)),
            None => Ok(()),
        }
    }

    /// How long a time of the market's clock takes.
    fn wall(&self, horizon: Horizon) -> Duration {
        let seconds = horizon.as_secs();
        match self {
            Self::World(block) => block.saturating_mul(seconds.div_ceil(STEP)),
            Self::File { speed, .. } => {
                Duration::try_from_secs_f64(f64::from(seconds) / speed.max(SLOWEST)).unwrap_or(Duration::MAX)
            }
            Self::Servers(..) => Duration::from_secs(seconds.into()),
        }
    }

    /// Begins to see prices, until `stop`. What servers say is kept below `folder`, the process's own, for the next start.
    /// Needs a Tokio runtime. A large file takes a second.
    ///
    /// # Errors
    /// See [`ChoiceError`].
    pub fn open(
        &self,
        client: &Arc<Client>,
        folder: &Path,
        stop: &CancellationToken,
    ) -> Result<Arc<dyn Feed>, ChoiceError> {
        match self {
            Self::World(block) => {
                let tape = Arc::new(Tape::new(&self.assets(), STEP, Clock::Steps(*block))?);
                tokio::spawn(tide::run(Arc::clone(client), Arc::clone(&tape), self.assets(), stop.clone()));
                Ok(tape)
            }
            Self::File { path, asset, start, speed, since } => {
                let archive = csv::read(path, asset.clone())?;
                let middle = archive.times().nth(archive.times().count() / 2).ok_or(ChoiceError::NoPrices)?;
                let replay = Replay::new(vec![archive], start.unwrap_or(middle), *speed);
                let replay = replay.ok_or(ChoiceError::NoPrices)?;
                let replay = match since {
                    Some(began) => replay.since(*began),
                    None => replay,
                };
                Ok(Arc::new(replay))
            }
            Self::Servers(servers, step) => {
                let tape = Arc::new(Tape::new(&self.assets(), *step, Clock::World)?);
                for (asset, endpoints) in servers {
                    if endpoints.is_empty() {
                        return Err(ChoiceError::NoServer(asset.clone()));
                    }
                    // Fewer than three sources can't outvote a liar; the operator has chosen so.
                    let policy = MedianPolicy::default();
                    let policy = MedianPolicy { quorum: policy.quorum.min(endpoints.len()), ..policy };
                    let panel = Panel::new(asset.clone(), endpoints.clone(), policy);
                    let (diary, known) = Diary::open(&folder.join("prices"), asset, *step, tape.now())?;
                    tape.fill(known);
                    tokio::spawn(panel.run(Arc::clone(&tape), diary, stop.clone()));
                }
                Ok(tape)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_after_more_than_two_days_is_refused_by_name() {
        let far = |prices: &Prices, text: &str| {
            let horizons = ["5m", text].map(|text| text.parse::<Horizon>().expect("a time"));
            prices.check(&horizons).err().map(|error| error.to_string())
        };
        let servers = Prices::Servers(Vec::new(), 300);
        assert_eq!((far(&servers, "2d"), far(&servers, "8h20m")), (None, None));
        for text in ["2d1m", "3d", "28d"] {
            assert!(far(&servers, text).is_some_and(|said| said.starts_with(&format!("{text} ahead"))), "{text}");
        }
        let file = |speed: f64| {
            let (path, asset) = ("a.csv".into(), Asset::btc());
            Prices::File { path, asset, start: None, speed, since: None }
        };
        // What counts is how long one waits: a file is played faster than it happened, or slower.
        assert_eq!((far(&file(500.0), "28d"), far(&file(2.0), "3d")), (None, None));
        assert!(
            far(&file(1.0), "3d").is_some() && far(&file(0.5), "1d1m").is_some() && far(&file(0.0), "5m").is_some()
        );
        // Or of a world, whose step of five minutes is a block.
        assert_eq!(far(&Prices::World(Duration::from_secs(12)), "28d"), None);
        assert!(far(&Prices::World(Duration::from_secs(60)), "28d").is_some());
    }

    #[test]
    fn models_are_chosen_by_name() {
        for (text, name) in [
            ("ewma", "ewma"),
            ("garch", "garch"),
            ("regression", "regression"),
            ("bold", "bold"),
            ("http://h/", "backend"),
            ("https://h/", "backend"),
        ] {
            let choice: ModelChoice = text.parse().expect(text);
            assert_eq!(choice.make().expect("a model").name(), name);
        }
        assert!("oracle".parse::<ModelChoice>().is_err());
    }
}
