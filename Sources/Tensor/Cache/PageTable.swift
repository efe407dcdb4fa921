package import TensorBase

/// The pages of one layout that a sequence holds. They are consecutive, and other sequences may share them.
///
/// One caller at a time.
package final class PageTable {
    package let pool: PagePool
    /// The numbers of the pages that are held.
    package private(set) var held = 0..<0
    private var pages: [CachePage?] = []  // by number
    private var addresses: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>  // the same, for kernels

    package init(_ pool: PagePool) {
        self.pool = pool
        addresses = .allocate(capacity: 0)
    }

    deinit { addresses.deallocate() }

    package var layout: PageLayout { pool.layout }

    /// By number; valid until the table changes.
    var pointers: UnsafePointer<UnsafeMutableRawPointer?> {
        guard let base = addresses.baseAddress else { preconditionFailure("a table without pages") }
        return UnsafePointer(base)
    }

    /// The page of that number, which must be held.
    package subscript(number: Int) -> CachePage {
        guard let page = pages[number] else { preconditionFailure("page \(number) is not held") }
        return page
    }

    // MARK: - Writing

    /// How many pages `makeRoom` would take from the pool.
    package func newPages(for positions: Range<Int>) -> Int {
        PageLayout.pages(of: positions).reduce(0) { count, number in
            held.contains(number) && isKnownUniquelyReferenced(&pages[number]) ? count : count + 1
        }
    }

    /// Sees to it that `positions`, which follow what is held or are part of it, can be written: there are pages for
    /// them, to which nobody else refers. A page that others refer to is replaced by a copy.
    /// - Throws: `TensorError.outOfMemory`. Pages that were made stay.
    package func makeRoom(for positions: Range<Int>) throws(TensorError) {
        for number in PageLayout.pages(of: positions) {
            if !held.contains(number) {
                set(number, try pool.page())
            } else if !isKnownUniquelyReferenced(&pages[number]) {
                let copy = try pool.page()
                copy.memory.base.copyMemory(from: self[number].memory.base, byteCount: copy.byteCount)
                set(number, copy)
            }
        }
    }

    /// Lets go of all pages and holds `pages` instead, which have the numbers from `first` on.
    package func hold(_ pages: some Collection<CachePage>, from first: Int) {
        drop(before: .max)
        for (index, page) in pages.enumerated() { set(first + index, page) }
    }

    private func set(_ number: Int, _ page: CachePage) {
        precondition(held.isEmpty || held.contains(number) || held.upperBound == number, "pages are consecutive")
        if number >= addresses.count { grow(to: number + 1) }
        pages[number] = page
        addresses[number] = page.memory.base
        if !held.contains(number) { held = (held.isEmpty ? number : held.lowerBound)..<number + 1 }
    }

    private func grow(to count: Int) {
        let capacity = max(count, 2 * pages.count)
        let longer = UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>.allocate(capacity: capacity)
        longer.initialize(repeating: nil)
        for (number, address) in addresses.enumerated() { longer[number] = address }
        addresses.deallocate()
        addresses = longer
        pages += [CachePage?](repeating: nil, count: longer.count - pages.count)
    }

    // MARK: - Dropping

    /// Drops the pages all of whose positions are before `position`.
    package func drop(before position: Int) {
        let end = min(position / PageLayout.length, held.upperBound)
        while held.lowerBound < end {
            clear(held.lowerBound)
            held = held.lowerBound + 1..<held.upperBound
        }
        if held.isEmpty { held = 0..<0 }
    }

    /// Drops the pages all of whose positions are `position` or later.
    package func drop(from position: Int) {
        let first = (position + PageLayout.length - 1) / PageLayout.length
        while held.upperBound > first, !held.isEmpty {
            clear(held.upperBound - 1)
            held = held.lowerBound..<held.upperBound - 1
        }
        if held.isEmpty { held = 0..<0 }
    }

    private func clear(_ number: Int) {
        pages[number] = nil
        addresses[number] = nil
    }
}
