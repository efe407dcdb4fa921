/// Notes, while the source is parsed, where names are read and stored.
///
/// What a name means depends on what follows: a macro may read a variable that is stored further down. So the parser
/// numbers the occurrences, and `ScopeTable` says afterwards where each one is.
struct ScopeRecorder {
    struct Event {
        enum Kind {
            case load
            case store
            /// Within a branch that may be left out at run time.
            case conditionalStore
            case parameter
        }

        let kind: Kind
        /// In `names`.
        let name: Int
        let occurrence: Int
    }

    struct Scope {
        /// A function has variables of its own each time that it is called; another scope lies within a function.
        fileprivate(set) var isFunction: Bool
        /// The scope whose names are seen here.
        let parent: Int?
        fileprivate(set) var events: [Event] = []
        /// Special names that are read here or further in.
        fileprivate(set) var specialNames: Set<String> = []
        /// Conditions that are open in this scope.
        fileprivate var openConditions = 0
    }

    private(set) var scopes: [Scope] = []
    private(set) var names: [String] = []
    private(set) var occurrenceCount = 0
    private var numbers: [String: Int] = [:]
    /// The scopes that are open, innermost last.
    private var open: [Int] = []

    private static let specialNames: Set = ["loop", "caller", "varargs", "kwargs"]

    /// - Parameter seesParent: false for a block, which sees only the names of the template and the context.
    mutating func beginScope(isFunction: Bool, seesParent: Bool = true) -> Int {
        scopes.append(Scope(isFunction: isFunction, parent: seesParent ? open.last : nil))
        open.append(scopes.count - 1)
        return scopes.count - 1
    }

    mutating func endScope() { open.removeLast() }

    /// Goes back into a scope that was ended.
    mutating func resumeScope(_ scope: Int) { open.append(scope) }

    mutating func makeFunction(_ scope: Int) { scopes[scope].isFunction = true }

    mutating func beginCondition() { scopes[open[open.count - 1]].openConditions += 1 }
    mutating func endCondition() { scopes[open[open.count - 1]].openConditions -= 1 }

    /// - Returns: the number of this occurrence.
    mutating func load(_ name: String) -> Int {
        if ScopeRecorder.specialNames.contains(name) {
            for scope in open { scopes[scope].specialNames.insert(name) }
        }
        return add(.load, name)
    }

    mutating func store(_ name: String) -> Int {
        add(scopes[open[open.count - 1]].openConditions > 0 ? .conditionalStore : .store, name)
    }

    mutating func parameter(_ name: String) -> Int { add(.parameter, name) }

    /// Whether the scope, or one within, reads `name`, one of the special names.
    func reads(_ name: String, in scope: Int) -> Bool { scopes[scope].specialNames.contains(name) }

    private mutating func add(_ kind: Event.Kind, _ name: String) -> Int {
        let number = numbers[name] ?? names.count
        if number == names.count {
            numbers[name] = number
            names.append(name)
        }
        scopes[open[open.count - 1]].events.append(Event(kind: kind, name: number, occurrence: occurrenceCount))
        occurrenceCount += 1
        return occurrenceCount - 1
    }
}
