import JSON

/// An object or array in a call's arguments that is open.
struct Container {
    enum Kind {
        case object
        /// An object in `(…)`, as in a program's call.
        case parenthesized
        case array
    }

    let kind: Kind
    let schema: JSONValue?
    /// Of an object.
    var keys: Set<[UInt8]> = []
    /// Of an array.
    var hasElements = false

    init(_ kind: Kind, schema: JSONValue?) { (self.kind, self.schema) = (kind, schema) }

    var closer: UInt8 {
        switch kind {
        case .object: UInt8(ascii: "}")
        case .parenthesized: UInt8(ascii: ")")
        case .array: UInt8(ascii: "]")
        }
    }
}
