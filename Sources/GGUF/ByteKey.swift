/// A string as a dictionary key, compared by its bytes.
///
/// `String` compares by canonical equivalence. To hash a string it therefore sorts runs of combining marks, which takes
/// quadratic time: opening a file with a hundred megabytes of such keys took more than ten minutes.
struct ByteKey: Hashable, Sendable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (a: ByteKey, b: ByteKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        // Strings read from bytes are contiguous, so this copies nothing.
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
