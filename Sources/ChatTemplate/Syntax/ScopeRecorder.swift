/// Notes, while the source is parsed, where names are read and stored.
///
/// What a name means depends on what follows: a macro may read a variable that is stored further down. So the parser
/// numbers the occurrences, and `ScopeTable` says afterwards where each one is.
struct ScopeRecorder {
    enum Event {
        case load(String, Int)
        case store(String, Int)
        case parameter(String, Int)
        /// Of these parts, any may be left out at run time.
        case branches([[Event]])
    }

    struct Scope {
        /// A function has variables of its own each time that it is called; another scope lies within a function.
        fileprivate(set) var isFunction: Bool
        /// The scope whose names are seen here.
        let parent: Int?
        fileprivate(set) var events: [Event] = []
        /// Special names that are read here or further in.
        fileprivate(set) var specialNames: Set<String> = []
    }

    private(set) var scopes: [Scope] = []
    private(set) var occurrenceCount = 0
    private var open: [Int] = []
    /// The events of branches that are still open, innermost last.
    private var branches: [[[Event]]] = []
    /// How many of `branches` belong to scopes further out.
    private var outerBranches: [Int] = []

    private static let specialNames: Set = ["loop", "caller", "varargs", "kwargs"]

    /// - Parameter seesParent: false for a block, which sees only the names of the template and the context.
    mutating func beginScope(isFunction: Bool, seesParent: Bool = true) -> Int {
        scopes.append(Scope(isFunction: isFunction, parent: seesParent ? open.last : nil))
        open.append(scopes.count - 1)
        outerBranches.append(branches.count)
        return scopes.count - 1
    }

    /// Goes back into a scope that was ended.
    mutating func resumeScope(_ scope: Int) {
        open.append(scope)
        outerBranches.append(branches.count)
    }

    mutating func makeFunction(_ scope: Int) { scopes[scope].isFunction = true }

    mutating func endScope() {
        open.removeLast()
        outerBranches.removeLast()
    }

    mutating func beginBranches() { branches.append([[]]) }
    mutating func nextBranch() { branches[branches.count - 1].append([]) }
    mutating func endBranches() { add(.branches(branches.removeLast())) }

    /// - Returns: the number of this occurrence.
    mutating func load(_ name: String) -> Int {
        if ScopeRecorder.specialNames.contains(name) {
            for scope in open { scopes[scope].specialNames.insert(name) }
        }
        return add { .load(name, $0) }
    }

    mutating func store(_ name: String) -> Int { add { .store(name, $0) } }
    mutating func parameter(_ name: String) -> Int { add { .parameter(name, $0) } }

    /// Whether the scope, or one within, reads `name`, one of the special names.
    func reads(_ name: String, in scope: Int) -> Bool { scopes[scope].specialNames.contains(name) }

    private mutating func add(_ event: (Int) -> Event) -> Int {
        add(event(occurrenceCount))
        occurrenceCount += 1
        return occurrenceCount - 1
    }

    private mutating func add(_ event: Event) {
        if branches.count > outerBranches[outerBranches.count - 1] {
            let last = branches.count - 1
            branches[last][branches[last].count - 1].append(event)
        } else {
            scopes[open[open.count - 1]].events.append(event)
        }
    }
}
