/// A string as the key of a dictionary, the same as another only where the bytes are the same.
///
/// `String` takes canonically equivalent texts for equal. To hash one it therefore sorts runs of combining marks, and in
/// quadratic time: to open a file of a hundred megabytes of such keys took more than ten minutes.
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
