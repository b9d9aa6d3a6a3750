//! What tags, review requests and wake-ups are for: the codes that the engines give them.

use super::open_enum::closed_enum;
use crate::text::Code;

closed_enum! {
    /// A tag that the engines put on a lead and take off: `tag` of [`Effect::AddTag`](super::Effect::AddTag).
    ///
    /// Rules name further tags: the tag of an event, the code of a custom action, and `overdue.NODE` for a policy that labels
    /// its lead.
    TagCode {
        /// The blacklist blocked the lead; a reviewer releases it or closes it.
        Blacklisted = "blacklisted",
        /// A reviewer released the lead: the blacklist does not block it again.
        Released = "released",
        /// Two leads that reps are working on belong to one person, and a reviewer decides.
        Collision = "collision",
        /// A record on file looks like the same customer, which is not certain enough to link them.
        PossibleDuplicate = "possible_duplicate",
        /// Nobody answers the customer and no other rep is left; the administrator of the pool was told.
        OwnersExhausted = "owners_exhausted",
        /// The owner did not answer the customer in time and was reminded.
        NobodyAnswers = "nobody_answers",
        /// The lead came in with many others of one origin.
        Burst = "burst",
        /// No contact value of a lead with an owner can be used.
        ContactUnusable = "contact_unusable",
        /// The person has refused every channel.
        NoAllowedChannel = "no_allowed_channel",
        /// The person has refused calls and text messages.
        DoNotContactPhone = "do_not_contact_phone",
        /// The person has refused e-mail.
        DoNotContactEmail = "do_not_contact_email",
        /// The person has refused WeChat.
        DoNotContactWechat = "do_not_contact_wechat",
        /// The blacklist found something that does not block the lead; the verdict lists it.
        Flagged = "flagged",
        /// A ladder has reached its step `high_risk`.
        HighRisk = "high_risk",
    }
}

closed_enum! {
    /// What a reviewer is asked to decide: `code` of [`Effect::RequestReview`](super::Effect::RequestReview).
    ///
    /// A queue of the rules (`elsewhere`) asks under its own name.
    ReviewCode {
        /// Whether a blocked lead is released or closed.
        BlacklistBlock = "blacklist_block",
        /// Whether a lead that was blocked is released: the reason for which it was blocked no longer applies.
        NoLongerBlocked = "no_longer_blocked",
        /// Whether a person who has refused every channel may be contacted.
        NoAllowedChannel = "no_allowed_channel",
        /// Whether many leads of one origin are real.
        Burst = "burst",
        /// Whether the lead is the record on file that it looks like.
        PossibleDuplicate = "possible_duplicate",
        /// Who gets a lead that matches records of several owners.
        OwnerConflict = "owner_conflict",
        /// Who owns a person whom several reps are working on.
        Collision = "collision",
        /// Who gets the lead, which an assignment rule leaves to a reviewer.
        AssignmentReview = "assignment_review",
        /// Who gets an imported lead whose owner has left.
        ImportOwnerGone = "import_owner_gone",
        /// Who gets an imported lead whose status requires an owner, but that has none.
        ImportNoOwner = "import_no_owner",
        /// Which pool an imported lead belongs to: the rules do not have the pool it came with.
        ImportUnknownPool = "import_unknown_pool",
    }
}

closed_enum! {
    /// What a lead is reviewed for at the time that was set: `code` of
    /// [`Effect::SetNextWakeUp`](super::Effect::SetNextWakeUp).
    ///
    /// An event that moves a lead wakes it up under the name of the [`EventPlace`](crate::follow_up::EventPlace), a flow that
    /// has it assigned anew under the flow's `reason`.
    WakeUpCode {
        /// Nobody could get the lead: the rules try again.
        Retry = "retry",
        /// The second try.
        Retry2 = "retry_2",
        /// The third try.
        Retry3 = "retry_3",
        /// The fourth try and every later one.
        Retry4 = "retry_4",
        /// The lead was not ready for sales and may be now.
        Nurture = "nurture",
        /// The stay in a pool where reps claim leads is over.
        PoolStay = "pool_stay",
        /// The lead was imported without assignment and waits in a pool.
        Imported = "imported",
        /// The stay in a public pool is over, or its yearly look is due.
        PublicStay = "public_stay",
        /// A person should have decided by now.
        ReviewDue = "review_due",
        /// The reviewer whom the assignment rules name should have answered by now.
        ReviewerDue = "reviewer_due",
        /// Reviewers should have decided a collision by now.
        CollisionDue = "collision_due",
        /// The owner is back from an absence.
        OwnerBack = "owner_back",
    }
}

macro_rules! into_code {
    ($($kind:ident)*) => {
        $(impl From<$kind> for Code {
            fn from(kind: $kind) -> Code {
                kind.as_str().into()
            }
        })*
    };
}

into_code! { TagCode ReviewCode WakeUpCode }
