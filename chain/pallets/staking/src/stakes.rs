//! Stake by hotkey.
//!
//! Rows lie in pages of [`ROWS`] by hotkey id. An epoch pays thousands of hotkeys, and a metagraph reads as many: what
//! both cost is mostly the number of keys of the state that they touch. Ids are given out one after the other, so
//! neurons that joined together share pages.

use crate::{Config, Stake, StakePages};
use alloc::{collections::BTreeMap, vec::Vec};
use core::marker::PhantomData;
use frame_support::{traits::ConstU32, BoundedVec};
use ganglion_primitives::HotkeyId;

/// Rows on a page, at most. At 57 bytes each a page is still small enough to be rewritten for one of them.
pub const ROWS: u64 = 16;

/// The stake on the hotkeys `16 * page ..`, by id; hotkeys without any are left out.
pub type StakePage = BoundedVec<(HotkeyId, Stake), ConstU32<{ ROWS as u32 }>>;

fn page_of(hotkey: HotkeyId) -> u64 {
    hotkey.0 / ROWS
}

fn find(page: &StakePage, hotkey: HotkeyId) -> Result<usize, usize> {
    page.binary_search_by_key(&hotkey, |(id, _)| *id)
}

/// The row of `hotkey` on its page; none is the default.
fn row(page: &StakePage, hotkey: HotkeyId) -> Stake {
    find(page, hotkey).ok().and_then(|place| page.get(place)).map(|(_, stake)| *stake).unwrap_or_default()
}

/// Changes the row of `hotkey` on its page. None leaves no row.
fn set_row(page: &mut StakePage, hotkey: HotkeyId, stake: Stake) {
    match find(page, hotkey) {
        Ok(place) if stake == Stake::default() => {
            page.remove(place);
        }
        Ok(place) => page[place].1 = stake,
        Err(_) if stake == Stake::default() => {}
        // As many ids lead to a page as it has places.
        Err(place) => {
            let _fits = page.try_insert(place, (hotkey, stake));
        }
    }
}

/// The page that the last hotkey's row lies on, so that rows of one page are read and stored together.
pub(crate) struct OpenPage<T> {
    page: Option<(u64, StakePage)>,
    _config: PhantomData<T>,
}

impl<T: Config> OpenPage<T> {
    /// None yet.
    pub fn new() -> Self {
        Self { page: None, _config: PhantomData }
    }

    /// Changes the stake on `hotkey`; nothing is stored yet.
    ///
    /// # Errors
    /// What `change` returns; the row stays as it was.
    pub fn mutate<E>(&mut self, hotkey: HotkeyId, change: impl FnOnce(&mut Stake) -> Result<(), E>) -> Result<(), E> {
        let page = self.open(page_of(hotkey));
        let mut stake = row(page, hotkey);
        change(&mut stake)?;
        set_row(page, hotkey, stake);
        Ok(())
    }

    fn open(&mut self, number: u64) -> &mut StakePage {
        if self.page.as_ref().is_some_and(|(open, _)| *open != number) {
            self.store();
        }
        &mut self.page.get_or_insert_with(|| (number, StakePages::<T>::get(number))).1
    }

    /// Stores the open page. A page without rows leaves no key.
    pub fn store(&mut self) {
        match self.page.take() {
            Some((number, page)) if page.is_empty() => StakePages::<T>::remove(number),
            Some((number, page)) => StakePages::<T>::insert(number, page),
            None => {}
        }
    }
}

/// All stake on a hotkey, with its owner's part.
pub struct Stakes<T>(PhantomData<T>);

impl<T: Config> Stakes<T> {
    /// The stake on `hotkey`; none is the default.
    pub fn get(hotkey: HotkeyId) -> Stake {
        row(&StakePages::<T>::get(page_of(hotkey)), hotkey)
    }

    /// The stake on each of `hotkeys`, in their order. Each page is read once.
    pub(crate) fn of_all(hotkeys: impl IntoIterator<Item = HotkeyId>) -> Vec<Stake> {
        let mut pages = BTreeMap::new();
        let mut stake = |hotkey| {
            let number = page_of(hotkey);
            row(pages.entry(number).or_insert_with(|| StakePages::<T>::get(number)), hotkey)
        };
        hotkeys.into_iter().map(&mut stake).collect()
    }

    /// Stores the stake on `hotkey`. None leaves no row, and a page without rows no key.
    pub(crate) fn put(hotkey: HotkeyId, stake: Stake) {
        let mut page = OpenPage::<T>::new();
        set_row(page.open(page_of(hotkey)), hotkey, stake);
        page.store();
    }

    /// Every hotkey that has stake, page by page.
    pub fn iter() -> impl Iterator<Item = (HotkeyId, Stake)> {
        StakePages::<T>::iter_values().flat_map(|page| page.into_iter().collect::<Vec<_>>())
    }

    /// Checks that rows are where they are looked for.
    ///
    /// # Errors
    /// A sentence saying what is broken.
    pub(crate) fn check() -> Result<(), &'static str> {
        for (number, page) in StakePages::<T>::iter() {
            frame_support::ensure!(!page.is_empty(), "a page without stake is stored");
            let sorted = page.windows(2).all(|pair| pair[0].0 < pair[1].0);
            let at_home = page.iter().all(|(hotkey, _)| page_of(*hotkey) == number);
            frame_support::ensure!(sorted && at_home, "stake is on another page than its hotkey's");
            let there = page.iter().all(|(_, stake)| *stake != Stake::default());
            frame_support::ensure!(there, "a row of no stake is stored");
        }
        Ok(())
    }
}
