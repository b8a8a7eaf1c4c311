//! A sparse matrix turned on its side: the pairs of all rows, grouped by destination.
//!
//! Everything that costs time in an epoch happens within one destination at a time (median, clipping, bonds), so
//! the rows are transposed once, by counting. A cell takes four bytes.

use alloc::vec::Vec;

/// One value and the row it comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cell {
    pub row: u16,
    pub value: u16,
}

/// Cells by destination; within a destination, rows ascend.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Column `j` is `cells[starts[j]..starts[j + 1]]`.
    starts: Vec<u32>,
    cells: Vec<Cell>,
    next: Vec<u32>,
    seen: Vec<u32>,
}

impl Columns {
    /// Transposes the rows of a square matrix. `uses_row` and `keep` choose the pairs that count; zero values,
    /// destinations out of range and repeated destinations are left out.
    pub fn fill<R: AsRef<[(u16, u16)]>>(
        &mut self,
        rows: &[R],
        uses_row: impl Fn(usize) -> bool,
        keep: impl Fn(usize, usize) -> bool,
    ) {
        let n = rows.len();
        self.starts.clear();
        self.starts.resize(n + 1, 0);
        self.seen.clear();

        let Self { starts, cells, next, seen } = self;
        for (i, row) in rows.iter().enumerate() {
            if uses_row(i) {
                visit(row.as_ref(), i as u32 * 2 + 1, n, seen, |j, _| {
                    if keep(i, j) {
                        starts[j + 1] += 1;
                    }
                });
            }
        }
        let mut total = 0;
        for start in starts.iter_mut() {
            total += *start;
            *start = total;
        }
        next.clear();
        next.extend_from_slice(&starts[..n]);
        cells.clear();
        cells.resize(total as usize, Cell::default());
        for (i, row) in rows.iter().enumerate() {
            if uses_row(i) {
                visit(row.as_ref(), i as u32 * 2 + 2, n, seen, |j, value| {
                    if keep(i, j) {
                        let place = &mut next[j];
                        cells[*place as usize] = Cell { row: i as u16, value };
                        *place += 1;
                    }
                });
            }
        }
    }

    /// The cells of destination `j`.
    pub fn column(&self, j: usize) -> &[Cell] {
        &self.cells[self.starts[j] as usize..self.starts[j + 1] as usize]
    }

    /// The number of cells of the fullest destination.
    pub fn longest(&self) -> usize {
        self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as usize).max().unwrap_or(0)
    }

    /// All cells, in order of destination.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// Calls `act` for each destination of a row that is in range, non-zero and not a repetition.
///
/// `stamp` is unique to this visit: `seen[j] == stamp` marks a destination as visited. A row that ascends (the
/// usual case) cannot repeat itself and needs no marks.
#[inline(always)]
fn visit(row: &[(u16, u16)], stamp: u32, n: usize, seen: &mut Vec<u32>, mut act: impl FnMut(usize, u16)) {
    let ascends = row.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !ascends && seen.is_empty() {
        seen.resize(n, 0);
    }
    for &(j, value) in row {
        let j = usize::from(j);
        if j >= n {
            continue;
        }
        if !ascends {
            if seen[j] == stamp {
                continue;
            }
            seen[j] = stamp;
        }
        if value != 0 {
            act(j, value);
        }
    }
}
