//! The load of a rep, if that decides who gets a lead.

use std::cmp::Ordering;

/// The load by which leads are shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum LoadOf {
    /// By turns alone.
    #[default]
    Nothing,
    /// Open leads.
    Leads,
    /// Open leads in relation to the room for them.
    Ratio,
}

/// Open leads in relation to the room for them: the lower ratio comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    open: u32,
    room: u32,
}

impl Default for Load {
    /// No load.
    fn default() -> Load {
        Load { open: 0, room: 1 }
    }
}

impl LoadOf {
    pub(super) fn load(self, open: u32, room: u32) -> Load {
        match self {
            LoadOf::Nothing => Load::default(),
            LoadOf::Leads => Load { open, room: 1 },
            LoadOf::Ratio => Load { open, room: room.max(1) },
        }
    }
}

impl Ord for Load {
    /// Compares a ÷ b with c ÷ d, in whole numbers.
    fn cmp(&self, other: &Load) -> Ordering {
        // Multiplied crosswise: no quotient rounds two loads together, and 32 bits by 32 fit into 64.
        let (ours, theirs) =
            (u64::from(self.open) * u64::from(other.room), u64::from(other.open) * u64::from(self.room));
        ours.cmp(&theirs)
    }
}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Load) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Load {
    fn eq(&self, other: &Load) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Load {}
