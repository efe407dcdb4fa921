/// The key of a member. Keys are equal if their bytes are; `String` would take two spellings of "é" for one key.
struct PropertyKey: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: PropertyKey, right: PropertyKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))  // ends the key, as no UTF-8 contains it
    }
}
