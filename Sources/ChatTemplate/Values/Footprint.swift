/// What values take in memory, in bytes, with what the allocator adds: an estimate from above.
enum Footprint {
    /// A small object, the storage of a short text, or an array beside its elements.
    static let object = 64
    /// In an array that is as long as needed.
    static let element = MemoryLayout<Value>.stride
    /// In an array that grew by one element after the other, and so may be twice as long as needed.
    static let addedElement = 2 * element
    /// A key and its value, and where the key is.
    static let member = 2 * addedElement + 64
    /// A key and its value as a tuple, in an array.
    static let pair = object + 3 * element
    static let setMember = 4 * element
    /// A text of one scalar, in an array.
    static let character = object + element
    /// Of a text that is taken apart into scalars and put together again.
    static let scalar = 8
    /// A range of bytes that came from the context.
    static let range = 2 * MemoryLayout<Range<Int>>.stride
    static let macro = 4 * object
    static let loop = 6 * object

    /// The work of making an object that is counted beside its elements.
    static let objectSteps = 8
}

extension Text {
    /// An estimate from above, as `Footprint`. A part of the text takes no more.
    var footprint: Int { Footprint.object + count + origin.footprint }
}

extension Origin {
    var footprint: Int {
        if case .mixed(let ranges) = self {
            Footprint.object + ranges.count * MemoryLayout<Range<Int>>.stride
        } else {
            0
        }
    }
}
