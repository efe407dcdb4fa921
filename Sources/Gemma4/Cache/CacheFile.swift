internal import Checksum
package import Tensor

/// A text in progress: its tokens, and the keys and values of those that have been read.
package struct SavedText: Sendable {
    package let tokens: [Int32]
    /// Of the first `snapshot.count` tokens. At least one token is left to read, unless there is none.
    package let snapshot: CacheSnapshot

    package init(tokens: [Int32], snapshot: CacheSnapshot) {
        self.tokens = tokens
        self.snapshot = snapshot
    }
}

/// Texts in progress as files, of one model and with keys and values of the same types.
///
/// A file has, little-endian throughout:
///
/// - `GMMACACH`, the version as 4 bytes, and the length of the whole file as 8;
/// - the 32 bytes of `ModelFingerprint`;
/// - the names of the types of keys and of values, 16 bytes each, filled up with zeros;
/// - how many positions have been read, the number of tokens, and that of groups, 4 bytes each;
/// - for each group its window (4 bytes, 0 for none), the bytes of a page (8), the numbers of pages and of layers (4
///   each), and of each layer the number of heads and their width (4 each);
/// - the tokens, 4 bytes each;
/// - the pages of each group as `PageLayout` has them. Positions of the last page that have not been read are those of
///   zeros, so a file depends on its text alone;
/// - the SHA-256 of all that.
///
/// Whoever changes how a page is laid out has to raise the version.
package struct CacheFile: Sendable {
    static let magic = Array("GMMACACH".utf8)
    static let version: UInt32 = 1
    /// Where the length of the file is.
    package static let lengthOffset = 12
    /// Where the types of keys and values are.
    package static let typesOffset = 52
    static let typeNameLength = 16
    package static let checksumLength = 32

    package let pool: CachePool
    let target: Target

    /// - Parameter pool: of `target`; its pages are saved and made.
    package init(_ pool: CachePool, of target: Target) {
        self.pool = pool
        self.target = target
    }

    /// How many pages of each group a text with so many positions has.
    func pageCounts(positions: Int) -> [Int] {
        pool.groups.indices.map { pool.pages(ofSnapshot: positions, group: $0).count }
    }
}
