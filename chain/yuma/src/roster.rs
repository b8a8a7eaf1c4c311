//! Neuron ids and the uids they hold at the moment.

use alloc::vec::Vec;

/// Translates between stable neuron ids, by which rows are stored, and uids, by which an epoch computes.
///
/// If an id occurs twice, the lowest uid answers for it. Ids beyond the 65 536th have no uid.
#[derive(Clone, Debug, Default)]
pub struct Roster<Id> {
    by_uid: Vec<Id>,
    by_id: Vec<(Id, u16)>,
}

impl<Id: Copy + Ord> Roster<Id> {
    /// From the ids in uid order.
    pub fn new(ids_by_uid: impl IntoIterator<Item = Id>) -> Self {
        let by_uid: Vec<Id> = ids_by_uid.into_iter().take(crate::input::MAX_NEURONS).collect();
        let mut by_id: Vec<(Id, u16)> = by_uid.iter().copied().zip(0..=u16::MAX).collect();
        by_id.sort_unstable();
        by_id.dedup_by_key(|(id, _)| *id);
        Self { by_uid, by_id }
    }

    /// Number of neurons.
    pub fn len(&self) -> usize {
        self.by_uid.len()
    }

    /// Whether there is no neuron.
    pub fn is_empty(&self) -> bool {
        self.by_uid.is_empty()
    }

    /// The uid a neuron holds, if it still has one.
    pub fn uid_of(&self, id: Id) -> Option<u16> {
        let index = self.by_id.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.by_id.get(index).map(|(_, uid)| *uid)
    }

    /// The neuron that holds a uid.
    pub fn id_of(&self, uid: u16) -> Option<Id> {
        self.by_uid.get(usize::from(uid)).copied()
    }

    /// A stored row in terms of uids. Neurons that are gone are dropped: whoever holds their uid now inherits
    /// nothing.
    pub fn resolve(&self, row: &[(Id, u16)]) -> Vec<(u16, u16)> {
        row.iter().filter_map(|(id, value)| self.uid_of(*id).map(|uid| (uid, *value))).collect()
    }

    /// A row of uids in terms of neurons, for storing. Unknown uids are dropped.
    pub fn name(&self, row: &[(u16, u16)]) -> Vec<(Id, u16)> {
        row.iter().filter_map(|(uid, value)| self.id_of(*uid).map(|id| (id, *value))).collect()
    }
}
