//! Checking a Chinese mobile number allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use leadkit::contact::{Phone, PhoneOptions, PhoneSegments, check_cn_mobile};

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system allocator as it came; the counter is a plain thread-local cell
// without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.with(Cell::get);
    work();
    COUNT.with(Cell::get) - before
}

#[test]
fn checking_and_looking_up_a_number_costs_no_allocation() {
    let segments = PhoneSegments::from_rows([("1380013", "110000".parse().unwrap())]).unwrap();
    let options = PhoneOptions::default();
    let spellings = [
        "13800138000",
        "+86 138-0013-8000",
        "１３８００１３８０００",
        "手机：13800138000（王）",
        "400-820-8820",
        "138O0138000",
    ];
    assert!(allocations(|| drop(std::hint::black_box(String::from("counted")))) > 0);
    for raw in spellings {
        let count = allocations(|| {
            std::hint::black_box(check_cn_mobile(raw));
            let read = Phone::parse(raw, &options);
            std::hint::black_box((read.key(), read.e164(), read.national(), read.area(Some(&segments))));
        });
        assert_eq!(count, 0, "{raw}");
    }
}
