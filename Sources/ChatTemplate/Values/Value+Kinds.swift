extension Value {
    /// What the type is called in Python, for messages.
    var typeName: String {
        switch self {
        case .undefined: "undefined"
        case .none: "none"
        case .bool: "bool"
        case .integer, .largeInteger: "int"
        case .float: "float"
        case .text: "string"
        case .list: "list"
        case .tuple: "tuple"
        case .mapping: "mapping"
        case .range: "range"
        case .view(let view):
            switch view.kind {
            case .keys: "keys of a mapping"
            case .values: "values of a mapping"
            case .items: "items of a mapping"
            }
        case .iterator(let iterator): iterator.typeName
        case .namespace: "namespace"
        case .loop: "loop"
        case .macro: "macro"
        case .function: "function"
        case .method: "method"
        case .cycler: "cycler"
        case .joiner: "joiner"
        }
    }

    /// What `if` makes of it.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .text(let text): !text.isEmpty
        case .list(let list), .tuple(let list): !list.elements.isEmpty
        case .mapping(let mapping): mapping.count > 0
        case .range(let range): range.count > 0
        case .view(let view): view.mapping.count > 0
        case .loop(let loop): loop.count > 0
        case .largeInteger, .iterator, .namespace, .macro, .function, .method, .cycler, .joiner: true
        }
    }

    /// Containers within one another: 0 for what contains nothing.
    var depth: Int32 {
        switch self {
        case .list(let list), .tuple(let list): list.depth
        case .mapping(let mapping): mapping.depth
        case .view(let view): view.mapping.depth
        case .loop(let loop): loop.depth
        case .iterator(let iterator): iterator.depth
        case .method(let method): method.receiver.depth + 1
        case .cycler(let cycler): cycler.items.reduce(0) { max($0, $1.depth) } + 1
        default: 0
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    var isCallable: Bool {
        switch self {
        // Python can call a class, an object of Jinja's, and an undefined value has the method, although it fails.
        case .macro, .function, .method, .joiner, .loop, .undefined: true
        default: false
        }
    }
}
