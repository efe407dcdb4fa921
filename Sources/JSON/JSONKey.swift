/// A string that is compared by its bytes. `String` compares by canonical equivalence, which is slower, and not what
/// JSON means.
struct JSONKey: Hashable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (left: JSONKey, right: JSONKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))  // ends the text, as no UTF-8 contains it
    }
}
