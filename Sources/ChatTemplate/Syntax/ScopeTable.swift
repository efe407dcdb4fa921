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
        fileprivate(set) var slots: [(slot: Int, first: FirstValue)] = []
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

    init(_ recorder: ScopeRecorder) {
        let none = Reference(functionsOutward: 0, slot: 0, name: .empty)
        references = Array(repeating: none, count: recorder.occurrenceCount)
        var analysis = ScopeAnalysis(names: recorder.names.map { Text($0) })
        for scope in recorder.scopes {
            let index = scopes.count
            let function = analysis.begin(isFunction: scope.isFunction, parent: scope.parent)
            scopes.append(Scope(isFunction: scope.isFunction))
            for event in scope.events { analysis.apply(event) }
            scopes[index].slots = analysis.slots(of: index)
            scopes[function].slotCount = analysis.slotCount(of: function)
            for event in scope.events {
                if let found = analysis.find(event.name, from: index) { references[event.occurrence] = found }
            }
        }
        contextNames = analysis.contextNames.map { analysis.names[$0] }
        rootSlots = analysis.contextNames.map { analysis.slotOfRoot($0) }
    }
}

/// What is known of names while a `ScopeTable` is made. Scopes are added from the outside in.
private struct ScopeAnalysis {
    typealias Reference = ScopeTable.Reference
    typealias FirstValue = ScopeTable.FirstValue

    private struct Scope {
        let isFunction: Bool
        let parent: Int?
        /// The scope that is the function in which this one lies.
        let function: Int
        /// Of each name that has been met here: its slot, and how it begins; nil for a parameter.
        var variables: [Int: (slot: Int, first: FirstValue?)] = [:]
        /// In the order in which they were met.
        var order: [Int] = []
        var stored: Set<Int> = []
        var slotCount = 0
    }

    let names: [Text]
    private var scopes: [Scope] = []
    private(set) var contextNames: [Int] = []
    private var contextNumbers: [Int: Int] = [:]

    init(names: [Text]) { self.names = names }

    /// - Returns: the function in which the new scope lies.
    mutating func begin(isFunction: Bool, parent: Int?) -> Int {
        let function = isFunction ? scopes.count : parent.map { scopes[$0].function } ?? 0
        scopes.append(Scope(isFunction: isFunction, parent: parent, function: function))
        return function
    }

    /// Of the last scope.
    mutating func apply(_ event: ScopeRecorder.Event) {
        let scope = scopes.count - 1
        let isKnown = scopes[scope].variables[event.name] != nil
        switch event.kind {
        case .load:
            if find(event.name, from: scope) == nil { define(event.name, context(event.name)) }
        case .store:
            scopes[scope].stored.insert(event.name)
            if !isKnown { define(event.name, outer(event.name).map { .outer($0) } ?? .undefined) }
        case .conditionalStore:
            // Where the branch is left out, the name means what it means outside.
            guard scopes[scope].stored.insert(event.name).inserted else { return }
            define(event.name, outer(event.name).map { .outer($0) } ?? context(event.name))
        case .parameter:
            scopes[scope].stored.insert(event.name)
            define(event.name, nil)
        }
    }

    private mutating func define(_ name: Int, _ first: FirstValue?) {
        let scope = scopes.count - 1
        if let known = scopes[scope].variables[name] {
            scopes[scope].variables[name] = (known.slot, first)
            return
        }
        let function = scopes[scope].function
        scopes[scope].variables[name] = (scopes[function].slotCount, first)
        scopes[scope].order.append(name)
        scopes[function].slotCount += 1
    }

    private mutating func context(_ name: Int) -> FirstValue {
        if let number = contextNumbers[name] { return .context(number) }
        contextNumbers[name] = contextNames.count
        contextNames.append(name)
        return .context(contextNames.count - 1)
    }

    // MARK: - Looking up

    func find(_ name: Int, from scope: Int) -> Reference? {
        var functionsOutward = 0
        var at: Int? = scope
        while let current = at {
            if let variable = scopes[current].variables[name] {
                return Reference(functionsOutward: functionsOutward, slot: variable.slot, name: names[name])
            }
            if scopes[current].isFunction { functionsOutward += 1 }
            at = scopes[current].parent
        }
        return nil
    }

    /// What the name means outside of the last scope.
    private func outer(_ name: Int) -> Reference? {
        let scope = scopes[scopes.count - 1]
        guard let parent = scope.parent, let found = find(name, from: parent) else { return nil }
        return Reference(
            functionsOutward: found.functionsOutward + (scope.isFunction ? 1 : 0), slot: found.slot, name: found.name)
    }

    func slots(of scope: Int) -> [(slot: Int, first: FirstValue)] {
        scopes[scope].order.compactMap { name in
            // A parameter has its value already.
            scopes[scope].variables[name].flatMap { slot, first in first.map { (slot, $0) } }
        }
    }

    func slotCount(of scope: Int) -> Int { scopes[scope].slotCount }

    /// Where the template stores a name outside of all blocks.
    func slotOfRoot(_ name: Int) -> Int? {
        guard let root = scopes.first, root.stored.contains(name) else { return nil }
        return root.variables[name]?.slot
    }
}
