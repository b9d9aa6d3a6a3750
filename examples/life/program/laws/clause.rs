//! What the laws say, clause by clause.

/// One thing that a law says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Clause {
    /// A live lead has a deadline that runs, a wake-up, or a person who was asked.
    Stuck,
    /// A deadline that has passed has an effect.
    Overslept,
    /// A lead has an owner or lies in a pool, not both.
    OwnerAndPool,
    /// `converted` stands only beside an owner.
    ConvertedOwner,
    /// The subject of a folded entry is on file, and the entry has neither owner nor pool.
    FoldedGoesOn,
    /// A record that takes in a live lead is live.
    LiveGoesOn,
    /// Nobody who is gone owns a live lead.
    OwnerGone,
    /// Somebody who is there covers for an owner who is away for long.
    Covered,
    /// Nothing lies in a pool longer than its longest stay.
    LongestStay,
    /// A person who is asked is asked until a time, and something happens then.
    AskedUntil,
    /// Nobody loses a lead by a deadline that falls into their absence.
    AwayKept,
    /// An owner whose deadline has not started is away.
    StartsLate,
    /// A customer is answered when nothing is due of the rep who has them.
    Answered,
    /// Live leads with a common strong key have one owner.
    OneOwner,
    /// So do they when one of them was converted by rules and nobody has answered it yet.
    OneOwnerConverted,
    /// A lead, its account and its open opportunities have one owner.
    MovesTogether,
    /// No imported row takes in what was on file before it.
    ImportTakesIn,
    /// What an open opportunity holds, and who works on another lead of its person, are joined by a reviewer only.
    HeldFolds,
    /// Two forms of one person are one subject, though nobody knows yet whose.
    OneSubject,
    /// What nobody works on goes to whose account it belongs to.
    AnotherS,
    /// An account that a partner's deal protects is the channel manager's.
    Protected,
    /// Every value that a submission brought is on its subject, in its history, or in a conflict.
    ValueLost,
    /// Everything that a person did is on the subject.
    ActivityLost,
    /// Nobody is told a thing twice for one cause.
    ToldTwice,
    /// A rep who gets a lead is told.
    GetterTold,
    /// A rep who loses a lead other than by their own act is told.
    LoserTold,
    /// A rep who works on a lead is told of a new entry.
    ReentryTold,
    /// The owners of a collision are told.
    CollisionTold,
    /// And told once, whichever of the two leads it is seen from.
    CollisionOnce,
    /// Nobody who had it in this cycle gets it again by rules.
    SameRep,
    /// Three owners in a cycle.
    FourthOwner,
    /// A claim within the cool-down.
    CoolDown,
    /// The last owner of the cycle before is left out for 90 days while there is anybody else.
    NinetyDays,
    /// A rep who lost an opportunity does not get its lead by rules for 90 days.
    DealLost,
    /// Nobody loses a lead and has it again at the same moment.
    BackAtOnce,
    /// What a person does for a rep who may not have the lead changes nothing.
    Eligible,
    /// Effects of different decisions have different keys.
    TwoKeys,
    /// What is applied twice is as applied once.
    TwiceOnce,
    /// The same bytes from any saved point.
    SameBytes,
    /// Stage, tenure, pool, owner, status and deadlines change together.
    Agree,
}

impl Clause {
    #[cfg(test)]
    pub(crate) const ALL: [Clause; 40] = [
        Clause::Stuck,
        Clause::Overslept,
        Clause::OwnerAndPool,
        Clause::ConvertedOwner,
        Clause::FoldedGoesOn,
        Clause::LiveGoesOn,
        Clause::OwnerGone,
        Clause::Covered,
        Clause::LongestStay,
        Clause::AskedUntil,
        Clause::AwayKept,
        Clause::StartsLate,
        Clause::Answered,
        Clause::OneOwner,
        Clause::OneOwnerConverted,
        Clause::MovesTogether,
        Clause::ImportTakesIn,
        Clause::HeldFolds,
        Clause::OneSubject,
        Clause::AnotherS,
        Clause::Protected,
        Clause::ValueLost,
        Clause::ActivityLost,
        Clause::ToldTwice,
        Clause::GetterTold,
        Clause::LoserTold,
        Clause::ReentryTold,
        Clause::CollisionTold,
        Clause::CollisionOnce,
        Clause::SameRep,
        Clause::FourthOwner,
        Clause::CoolDown,
        Clause::NinetyDays,
        Clause::DealLost,
        Clause::BackAtOnce,
        Clause::Eligible,
        Clause::TwoKeys,
        Clause::TwiceOnce,
        Clause::SameBytes,
        Clause::Agree,
    ];

    /// The law that says so.
    pub(crate) fn law(self) -> u8 {
        match self {
            Clause::Stuck
            | Clause::Overslept
            | Clause::OwnerAndPool
            | Clause::ConvertedOwner
            | Clause::FoldedGoesOn
            | Clause::LiveGoesOn
            | Clause::OwnerGone
            | Clause::Covered
            | Clause::LongestStay
            | Clause::AskedUntil
            | Clause::AwayKept
            | Clause::StartsLate
            | Clause::Answered => 1,
            Clause::OneOwner
            | Clause::OneOwnerConverted
            | Clause::MovesTogether
            | Clause::ImportTakesIn
            | Clause::HeldFolds
            | Clause::OneSubject
            | Clause::AnotherS
            | Clause::Protected => 2,
            Clause::ValueLost | Clause::ActivityLost => 3,
            Clause::ToldTwice
            | Clause::GetterTold
            | Clause::LoserTold
            | Clause::ReentryTold
            | Clause::CollisionTold
            | Clause::CollisionOnce => 4,
            Clause::SameRep
            | Clause::FourthOwner
            | Clause::CoolDown
            | Clause::NinetyDays
            | Clause::DealLost
            | Clause::BackAtOnce
            | Clause::Eligible => 5,
            Clause::TwoKeys | Clause::TwiceOnce => 6,
            Clause::SameBytes => 7,
            Clause::Agree => 8,
        }
    }
}
