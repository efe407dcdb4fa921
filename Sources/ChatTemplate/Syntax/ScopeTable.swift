/// Where each variable is, after Jinja's rules (jinja2.idtracking), worked out once.
///
/// A scope has a slot for each name that is stored in it, in the variables of the function that it lies in. Entering a
/// scope gives each of its slots a first value.
struct ScopeTable: Sendable {
    /// A variable: of the function that runs, or of one around it.
    struct Reference: Sendable {
        let functionsOutward: Int
        let slot: Int
        /// For messages.
        let name: Text
    }

    enum FirstValue: Sendable {
        case undefined
        /// The value of the same name further out.
        case outer(Reference)
        /// A variable of the context.
        case context(Int)
    }

    struct Scope: Sendable {
        let isFunction: Bool
        let slots: [(slot: Int, first: FirstValue)]
        /// Of the function, with the scopes in it; 0 if this scope is not a function.
        fileprivate(set) var slotCount = 0
    }

    /// For each occurrence of a name.
    private(set) var references: [Reference]
    private(set) var scopes: [Scope] = []
    /// Names that are looked up in the context, each once.
    private(set) var contextNames: [Text] = []
    /// For each of `contextNames`: the variable of the template, if it stores one outside of all blocks. A block that
    /// looks a name up finds it before the context's.
    private(set) var rootSlots: [Int?] = []

    private var contextNumbers: [String: Int] = [:]
    /// Of each scope: what is known of its names.
    private var symbols: [Symbols] = []
    /// The scope outside of all blocks.
    private let root = 0

    init(_ recorder: ScopeRecorder) {
        let none = Reference(functionsOutward: 0, slot: 0, name: .empty)
        references = Array(repeating: none, count: recorder.occurrenceCount)
        for (index, scope) in recorder.scopes.enumerated() { add(scope, index) }
        rootSlots = contextNames.map { name in
            symbols[root].stored.contains(name.string) ? symbols[root].slots[name.string] : nil
        }
        symbols = []
    }

    /// What a scope knows of its names.
    private struct Symbols {
        var parent: Int?
        /// The scope that is the function in which this one lies.
        var function = 0
        var slots: [String: Int] = [:]
        /// The names that have been met so far, and how they begin.
        var known: [String: FirstValue?] = [:]
        var stored: Set<String> = []
    }

    // MARK: - Analysis

    private mutating func add(_ scope: ScopeRecorder.Scope, _ index: Int) {
        var own = Symbols(parent: scope.parent)
        own.function = scope.isFunction ? index : scope.parent.map { symbols[$0].function } ?? root
        symbols.append(own)
        scopes.append(Scope(isFunction: scope.isFunction, slots: []))
        apply(scope.events, to: index)
        let known = symbols[index].known.sorted { $0.key < $1.key }
        let slots = known.compactMap { name, first in
            // A parameter has its value already.
            first.flatMap { first in symbols[index].slots[name].map { (slot: $0, first: first) } }
        }
        scopes[index] = Scope(isFunction: scope.isFunction, slots: slots, slotCount: scopes[index].slotCount)
        number(scope.events, in: index)
    }

    private mutating func apply(_ events: [ScopeRecorder.Event], to scope: Int) {
        for event in events {
            switch event {
            case .load(let name, _):
                if find(name, from: scope) == nil { define(name, in: scope, context(name)) }
            case .store(let name, _):
                symbols[scope].stored.insert(name)
                guard symbols[scope].known[name] == nil else { continue }
                define(name, in: scope, outer(name, of: scope).map { .outer($0) } ?? .undefined)
            case .parameter(let name, _):
                symbols[scope].stored.insert(name)
                define(name, in: scope, nil)
            case .branches(let branches):
                apply(branches: branches, to: scope)
            }
        }
    }

    /// What only some branches store begins as it is outside.
    private mutating func apply(branches: [[ScopeRecorder.Event]], to scope: Int) {
        let before = symbols[scope]
        var merged = before
        var stored: Set<String> = []
        for branch in branches {
            symbols[scope].known = before.known
            symbols[scope].stored = before.stored
            apply(branch, to: scope)
            merged.known.merge(symbols[scope].known) { $1 }
            stored.formUnion(symbols[scope].stored)
        }
        merged.slots = symbols[scope].slots
        merged.stored.formUnion(stored)
        symbols[scope] = merged
        for name in stored.subtracting(before.stored) {
            define(name, in: scope, outer(name, of: scope).map { .outer($0) } ?? context(name))
        }
    }

    private mutating func define(_ name: String, in scope: Int, _ first: FirstValue?) {
        if symbols[scope].slots[name] == nil {
            let function = symbols[scope].function
            symbols[scope].slots[name] = scopes[function].slotCount
            scopes[function].slotCount += 1
        }
        symbols[scope].known.updateValue(first, forKey: name)
    }

    private mutating func context(_ name: String) -> FirstValue {
        if let number = contextNumbers[name] { return .context(number) }
        contextNumbers[name] = contextNames.count
        contextNames.append(Text(name))
        return .context(contextNames.count - 1)
    }

    // MARK: - Looking names up

    private func find(_ name: String, from scope: Int) -> Reference? {
        var functionsOutward = 0
        var at: Int? = scope
        while let current = at {
            if symbols[current].known[name] != nil, let slot = symbols[current].slots[name] {
                return Reference(functionsOutward: functionsOutward, slot: slot, name: Text(name))
            }
            if scopes[current].isFunction { functionsOutward += 1 }
            at = symbols[current].parent
        }
        return nil
    }

    private func outer(_ name: String, of scope: Int) -> Reference? {
        guard let parent = symbols[scope].parent, let found = find(name, from: parent) else { return nil }
        let step = scopes[scope].isFunction ? 1 : 0
        return Reference(functionsOutward: found.functionsOutward + step, slot: found.slot, name: found.name)
    }

    private mutating func number(_ events: [ScopeRecorder.Event], in scope: Int) {
        for event in events {
            switch event {
            case .load(let name, let occurrence), .store(let name, let occurrence), .parameter(let name, let occurrence):
                if let found = find(name, from: scope) { references[occurrence] = found }
            case .branches(let branches):
                for branch in branches { number(branch, in: scope) }
            }
        }
    }
}
