package import Tensor

/// What a sequence needs in order to continue after its first `count` positions: references to pages, whose content
/// stays while they are referred to.
package struct CacheSnapshot: Sendable {
    package let count: Int
    /// By group: consecutive pages up to the last position, from the first one that the next token sees.
    package let pages: [[CachePage]]

    package init(count: Int, pages: [[CachePage]]) {
        self.count = count
        self.pages = pages
    }
}

extension CachePool {
    /// The numbers of the pages that a snapshot of `count` positions has in a group.
    package func pages(ofSnapshot count: Int, group: Int) -> Range<Int> {
        PageLayout.pages(of: groups[group].start(at: count)..<count)
    }
}
