//! Several seasons, one beside the other.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;

use super::super::options::Options;
use super::Lived;

/// Most leads of one season. More are several seasons, one after the other, each with a team and a seed of its own: what a few
/// need in memory is all that is needed.
const SEASON: usize = 20_000;
/// Of so many seasons one is lived twice, the second time from a state that is saved and read again every day; of few seasons
/// each is.
const REPLAYED: usize = 5;
/// Most lives at once, each with the records of a season in memory.
const MAX_AT_ONCE: usize = 4;

/// A season to be lived.
#[derive(Debug, Clone, Copy)]
pub(super) struct Season {
    pub(super) number: usize,
    pub(super) leads: usize,
    pub(super) seed: u64,
    pub(super) is_replayed: bool,
}

/// The seasons of so many leads.
pub(super) fn seasons(count: usize, seed: u64) -> Vec<Season> {
    let many = count.div_ceil(SEASON).max(1);
    let season = |number: usize| Season {
        number,
        leads: (count - number * SEASON).min(SEASON),
        seed: seed + number as u64,
        is_replayed: many <= REPLAYED || number.is_multiple_of(REPLAYED),
    };
    (0..many).map(season).collect()
}

/// A life of a season, and whether it was the one from a saved state.
type Told = Result<(usize, bool, Lived), String>;

/// Lives the seasons, as many at once as the machine has room for, and shows each as it ends, in their order: the life, and
/// whether the second was the same.
pub(super) fn live_all(
    options: &Options,
    seasons: &[Season],
    live: &(impl Fn(&Options, Season, bool) -> Result<Lived, String> + Sync),
    see: &mut dyn FnMut(Season, Lived, bool) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut lives: Vec<(Season, bool)> = Vec::new();
    for season in seasons {
        lives.push((*season, false));
        lives.extend(season.is_replayed.then_some((*season, true)));
    }
    let (next, stops) = (AtomicUsize::new(0), AtomicBool::new(false));
    let many = thread::available_parallelism().map_or(2, |many| many.get().max(2)).min(MAX_AT_ONCE);
    let (tell, told) = mpsc::channel::<Told>();
    let tell = Mutex::new(tell);
    let work = |tell: Sender<Told>| {
        while !stops.load(Ordering::Relaxed)
            && let Some((season, saves)) = lives.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let lived = live(options, *season, *saves).map(|lived| (season.number, *saves, lived));
            if tell.send(lived).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..many.min(lives.len()) {
            let tell = tell.lock().map_err(|_| "a life has panicked")?.clone();
            scope.spawn(|| work(tell));
        }
        drop(tell);
        let result = gather(seasons, told, see);
        stops.store(result.is_err(), Ordering::Relaxed);
        result
    })
}

fn gather(
    seasons: &[Season],
    told: mpsc::Receiver<Told>,
    see: &mut dyn FnMut(Season, Lived, bool) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut waiting = BTreeMap::<usize, (Option<Lived>, Option<Lived>)>::new();
    let mut order = seasons.iter().peekable();
    for lived in told {
        let (number, saves, lived) = lived?;
        let both = waiting.entry(number).or_default();
        *(if saves { &mut both.1 } else { &mut both.0 }) = Some(lived);
        while let Some(season) = order.peek()
            && let Some(lived) = whole(&mut waiting, season)
        {
            let (first, second) = lived;
            let is_same = second.as_ref().is_none_or(|second| first.is_same(second));
            let mut first = first;
            second.iter().for_each(|second| first.spent.join(&second.spent));
            see(**season, first, is_same)?;
            order.next();
        }
    }
    match order.next() {
        None => Ok(()),
        Some(season) => Err(format!("season {} has panicked", season.number + 1).into()),
    }
}

/// The lives of a season, if all are over.
fn whole(
    waiting: &mut BTreeMap<usize, (Option<Lived>, Option<Lived>)>,
    season: &Season,
) -> Option<(Lived, Option<Lived>)> {
    let (first, second) = waiting.remove(&season.number)?;
    match (first, second) {
        (Some(first), second) if second.is_some() == season.is_replayed => Some((first, second)),
        both => {
            waiting.insert(season.number, both);
            None
        }
    }
}
