/// What a template may use up. A template is a stranger's file: at each limit it ends in an error.
public struct TemplateLimits: Sendable {
    /// Bytes of the template.
    public var sourceByteCount = 1 << 20
    /// Expressions and blocks within one another, in the source.
    public var nesting = 200
    /// Macros and recursive loops that call one another.
    public var callDepth = 100
    /// Values of one `range(…)`.
    public var rangeCount = 100_000
    /// Bytes of the rendered text.
    public var outputByteCount = 64 << 20
    /// Of any one string.
    public var textByteCount = 64 << 20
    /// Of any one list.
    public var elementCount = 10_000_000
    /// Evaluated nodes, and work in proportion to the size of operands: one step for an element, and for 16 bytes.
    public var steps = 50_000_000
    /// All memory that values take, about. What was freed again counts too, so that this bounds what can be in use.
    public var memoryByteCount = 448 << 20

    /// The limits that fit every template known.
    public init() {}

    /// The limits that fit every template known.
    public static let standard = TemplateLimits()
}

extension TemplateLimits {
    /// Lists and mappings within one another. The context can come close to it, so it is that of the JSON reader.
    static let valueDepth = 256
}
