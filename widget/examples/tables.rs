//! Prints `widget/npm/src/tables.ts`.

fn main() {
    print!("{}", byo_widget::tables::typescript());
}
