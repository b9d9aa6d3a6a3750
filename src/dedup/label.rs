//! What a lead is to the host, after matching.

use crate::model::open_enum::closed_enum;

closed_enum! {
    /// What a lead is to the host, after matching.
    Label {
        /// Nothing matches (纯新).
        BrandNew = "brand_new",
        /// Something matches, and no deal was ever closed (新客).
        NewCustomer = "new_customer",
        /// A deal was closed before (老客).
        ExistingCustomer = "existing_customer",
        /// The same lead is on file.
        Duplicate = "duplicate",
        /// Collected under the earliest lead (归集).
        CollectedToEarliest = "collected_to_earliest",
        /// Several records match (一拖N).
        OneToMany = "one_to_many",
        /// The owner on file gets it (归属分配).
        ByOwner = "by_owner",
        /// Assigned by region (地区分配); for rules that say so.
        ByRegion = "by_region",
        /// A reward (发牌): outside quotas, takes no turn; for rules that say so.
        Reward = "reward",
        /// Two owners claim one company (撞单).
        Collision = "collision",
    }
}
