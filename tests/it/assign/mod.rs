//! Assignment, through the public interface.
//!
//! | what goes wrong easily | where it is tried |
//! |---|---|
//! | the ledger restored from JSON after every decision | `traps::a_ledger_restored_after_every_decision_goes_on_to_the_same_bytes` |
//! | members in another order | `traps::neither_the_order_of_members_nor_of_reps_matters` |
//! | join, leave, rename, another weight in the middle of a cycle | `traps::renaming_joining_and_leaving_never_break_the_sum`, `shares::the_change_of_one_member_moves_nobody_elses_credit` |
//! | weight 0, all 0, one member, huge weights | `traps::weight_0_takes_none_and_all_0_is_nobody`, `traps::one_member_gets_everything_and_owes_nothing`, `shares::huge_weights_neither_overflow_nor_lose_the_sum` |
//! | everybody off hours | `traps::when_everyone_is_off_hours_no_credit_moves_and_the_next_opening_is_told` |
//! | a cap hit exactly, at local midnight, on a day of 23 or 25 hours | `traps::a_daily_cap_is_hit_exactly_and_frees_at_local_midnight`, `traps::a_cap_holds_for_the_whole_of_a_day_of_23_and_of_25_hours` |
//! | a holding cap lowered below what is held | `traps::a_holding_cap_counts_what_was_taken_since_and_may_be_lowered_below_what_is_held` |
//! | A to B to A with one rep in the region | `traps::a_lead_that_goes_round_does_not_come_back_to_those_who_had_it`, `runner::line::a_lead_goes_back_to_the_only_one_who_serves_its_region` |
//! | 1,000 in bulk and singly | `traps::a_thousand_in_bulk_are_a_thousand_singly` |
//! | a duplicate in flight | `traps::a_duplicate_in_flight_is_refused_and_decided_again_as_the_first`, `threads::with_compare_and_swap_no_turn_is_given_twice_and_no_lead_is_lost` |
//! | an existing owner inactive, capped or on leave | `life::fair::an_owner_who_left_gets_nothing_more_and_one_who_is_full_or_away_keeps_the_customer` |
//! | the same key twice, a delta twice, a stale revision | `traps::the_same_key_gets_the_same_decision_without_a_second_turn`, `traps::a_delta_applies_once_and_only_to_its_own_version_and_pool` |
//! | a manual assignment in between | `traps::a_lead_given_by_hand_in_between_takes_no_turn_and_counts_for_caps` |
//! | a clock that is wrong once or twice | `time::one_lead_from_a_month_ahead_stops_nobody`, `time::one_lead_from_a_year_ahead_frees_no_cap_of_a_week_or_a_month`, `time::two_leads_of_other_dates_in_a_row_free_no_cap`, `time::taking_back_by_a_wrong_clock_frees_no_cap_of_the_pool` |
//!
//! | what teams ask for first | where it is tried |
//! |---|---|
//! | groups by what reps are | `second_look::a_group_is_who_a_condition_holds_for_of_each_kind_of_field` |
//! | facts of the matched account, an owner for each product | `second_look::rules_read_the_matched_account_and_its_owner_s_team`, `life::products` |
//! | an owner away, the waiting line, reassign, review, claim, allot, hand-over | `life::continues`, `life::line`, `life::asked`, `life::fair` |
//! | a total a day, caps a day, a week or a month | `second_look::a_pool_has_a_total_a_day_beside_the_cap_of_each_rep`, `second_look::caps_count_a_week_from_monday_and_a_calendar_month` |
//! | a cap on claims, claims and the cool-down | `follow_up::peers`, `second_look::a_claim_waits_out_the_cool_down_after_a_loss`, `life::fair::the_cool_down_is_the_pool_s_where_that_sets_one_else_that_of_life` |
//! | taking back | `second_look::a_turn_is_given_back_exactly_when_nobody_came_or_went_and_leaves_zero_when_somebody_did`, `life::further::a_claim_that_is_taken_back_gives_its_day_s_count_back`, `life::fair::a_wrong_decision_is_taken_back_after_another_lead_was_joined_with_it` |
//! | a lead that needs several people, or weighs more | `second_look::a_lead_needs_two_seniors_and_presales_and_each_takes_a_turn`, `second_look::a_lead_that_counts_as_three_pays_three_turns`, `runner::fair::a_companion_has_room_again_when_the_lead_ends_is_revoked_or_given_to_another` |
//! | windows over midnight, misspelt keys | `second_look::a_night_shift_from_22_to_6_takes_leads_on_both_sides_of_midnight`, `second_look::a_misspelt_key_of_a_rep_a_pool_or_a_calendar_is_an_error` |
//! | a delta as long as there are classes | `quick::a_decision_among_ten_thousand_moves_a_few_numbers`, `many::a_delta_is_short_however_many_are_busy_or_ruled_out` |
//! | presets that are whole documents | `presets` |
//! | rewards outside quotas | `second_look::a_reward_goes_to_who_deserves_it_outside_quotas`, `runner::fair::a_reward_takes_no_place_from_the_next_lead` |

mod days;
pub(crate) mod desk;
mod documents;
mod keys;
mod many;
mod peers;
mod presets;
mod quick;
mod regions;
mod second_look;
mod shares;
mod sim;
mod smooth;
mod threads;
mod time;
mod traps;
mod wanted;
