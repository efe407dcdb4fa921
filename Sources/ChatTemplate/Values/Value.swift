/// A value of a template, after Python's types.
///
/// Values cannot be changed, as the sandbox wants it; only a namespace can.
enum Value {
    case undefined(Undefined)
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer of the context that is larger than `Int`: printed, compared, but not computed with.
    case largeInteger(LargeInteger)
    case float(Double)
    case text(Text)
    case list(List)
    case tuple(List)
    case mapping(Mapping)
    case range(IntegerRange)
    /// `keys()`, `values()` or `items()` of a mapping.
    case view(MappingView)
    /// What gives its elements once, such as the result of `map`.
    case iterator(ElementIterator)
    case namespace(Namespace)
    case loop(LoopState)
    case macro(Macro)
    /// A function of the library, by name.
    case function(Text)
    case method(BoundMethod)
    case cycler(Cycler)
    case joiner(Joiner)

    static func text(_ string: String) -> Value { .text(Text(string)) }
    static var emptyText: Value { .text(Text.empty) }
}

/// A value that is not there: a variable that nobody set, a member that an object lacks.
struct Undefined {
    enum Reason: UInt8 { case variable, member, element, parameter, aggregate, unsafe, noElse, caller, loopItem }

    let reason: Reason
    /// What was looked for.
    let name: Text

    init(_ reason: Reason, _ name: Text = .empty) { (self.reason, self.name) = (reason, name) }

    var message: String {
        let name = name[atMost: 200].debugDescription
        return switch reason {
        case .variable: "the variable \(name) is undefined"
        case .member: "there is no member \(name)"
        case .element: "there is no element \(name)"
        case .parameter: "the parameter \(name) was not given"
        case .aggregate: "the sequence is empty"
        case .unsafe: "the member \(name) may not be used"
        case .noElse: "the condition is false, and there is no else"
        case .caller: "the macro was not called by a call block"
        case .loopItem: "there is no previous or next item"
        }
    }
}

/// Elements of a list or a tuple.
struct List {
    let elements: [Value]
    /// Containers within one another, this one included. Limited, since values are taken apart recursively.
    let depth: Int32
    /// Whether this tuple is a group of `groupby`, whose elements have the names `grouper` and `list`.
    var isGroup = false
}

/// Digits with an optional sign.
final class LargeInteger {
    let digits: String
    init(_ digits: String) { self.digits = digits }
    var isNegative: Bool { digits.utf8.first == UInt8(ascii: "-") }
    var double: Double { Double(digits) ?? .infinity }
}

final class IntegerRange {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    init(start: Int, stop: Int, step: Int, count: Int) {
        (self.start, self.stop, self.step, self.count) = (start, stop, step, count)
    }

    subscript(index: Int) -> Int { start + index * step }
    var elements: [Value] { (0..<count).map { .integer(self[$0]) } }
}

final class ElementIterator {
    /// What Python calls such an iterator.
    let typeName: String
    private var elements: [Value]
    private var taken = 0
    /// Containers within one another, this one included.
    let depth: Int32

    init(_ elements: [Value], typeName: String, depth: Int32) {
        (self.elements, self.typeName, self.depth) = (elements, typeName, depth)
    }

    /// All that is left. There is nothing left then.
    func takeAll() -> [Value] {
        defer { (elements, taken) = ([], 0) }
        return taken == 0 ? elements : Array(elements[taken...])
    }

    func takeFirst() -> Value? {
        guard taken < elements.count else { return nil }
        taken += 1
        return elements[taken - 1]
    }
}

final class Namespace {
    var members: Mapping
    init(_ members: Mapping) { self.members = members }
}

final class Cycler {
    let items: [Value]
    var at = 0
    init(_ items: [Value]) { self.items = items }
}

final class Joiner {
    let separator: Text
    var isUsed = false
    init(_ separator: Text) { self.separator = separator }
}

final class MappingView {
    enum Kind { case keys, values, items }

    let kind: Kind
    let mapping: Mapping

    init(_ kind: Kind, of mapping: Mapping) { (self.kind, self.mapping) = (kind, mapping) }

    var elements: [Value] {
        switch kind {
        case .keys: mapping.keys
        case .values: mapping.values
        case .items: mapping.pairs
        }
    }
}
