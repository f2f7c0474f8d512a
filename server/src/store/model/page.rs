//! Parts of lists.

/// A part of a list that is in the order of ids.
#[derive(Clone, Debug)]
pub struct Page<Id> {
    /// After this id.
    pub after: Option<Id>,
    /// At most so many.
    pub limit: u32,
}

impl<Id: Clone> Page<Id> {
    /// The same with one row more, which tells whether there is another page.
    #[must_use]
    pub fn and_one(&self) -> Self {
        Self { after: self.after.clone(), limit: self.limit + 1 }
    }

    /// Takes that row off again; gives where the next page starts, if there is one.
    pub fn cut<Row>(&self, rows: &mut Vec<Row>, id: impl Fn(&Row) -> &Id) -> Option<Id> {
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        rows.last().filter(|_| more).map(|row| id(row).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_next_page_where_there_is_one_row_more() {
        let page = Page { after: None, limit: 2 };
        assert_eq!(page.and_one().limit, 3);
        for (found, kept, next) in [(0, 0, None), (2, 2, None), (3, 2, Some(1))] {
            let mut rows: Vec<u32> = (0..found).collect();
            assert_eq!(page.cut(&mut rows, |row| row), next);
            assert_eq!(rows.len(), kept);
        }
    }
}
