import JSON

/// Walks the tree of a template, once.
final class Renderer {
    let program: Program
    let limits: TemplateLimits
    let clock: () -> LocalTime
    private let isCancelled: () -> Bool

    var output = TextBuilder()
    var activation: Activation
    private let root: Activation
    /// Where an error that is thrown now is reported.
    var place = Place(0)
    /// For `Expression.Kind.blockText`.
    var blockText = Text.empty
    var callDepth = 0
    private(set) var stack = StackGuard()
    private var isOnDeepStack = false

    private var stepsLeft: Int
    /// How many steps may be left when cancellation is looked at next.
    private var nextLook: Int
    private static let stepsBetweenLooks = 4096
    /// The work of making digits of a float, or a number of digits, beside how many there are.
    static let numberSteps = 16
    private var memoryLeft: Int

    /// For each of the context's names that the template reads.
    private var contextValues: [Value] = []
    /// What may refer to itself, to be emptied in the end.
    private var namespaces: [Namespace] = []
    private var keptActivations: [Activation] = []
    private var changedLoops: [LoopState] = []

    init(
        _ program: Program, limits: TemplateLimits, clock: @escaping () -> LocalTime,
        isCancelled: @escaping () -> Bool
    ) {
        self.program = program
        self.limits = limits
        self.clock = clock
        self.isCancelled = isCancelled
        stepsLeft = limits.steps
        nextLook = limits.steps - Renderer.stepsBetweenLooks
        memoryLeft = limits.memoryByteCount
        root = Activation(slotCount: program.scopes.scopes[0].slotCount, parent: nil)
        activation = root
    }

    func render(_ context: TemplateContext) throws(TemplateError) -> RenderedText {
        defer { breakCycles() }
        contextValues = []
        for name in program.scopes.contextNames { contextValues.append(try value(of: name, in: context)) }
        enter(0)
        _ = try execute(program.body)
        return output.rendered
    }

    private func breakCycles() {
        for namespace in namespaces { namespace.members = Mapping() }
        for activation in keptActivations { activation.slots = [] }
        for loop in changedLoops { loop.lastChanged = nil }
        root.slots = []
    }

    private func value(of name: Text, in context: TemplateContext) throws(TemplateError) -> Value {
        let string = name.string
        if let token = context.specialTokens[string] { return .text(token) }
        if let variable = context.variables[string] { return try value(of: variable) }
        if program.library.functions[name] != nil { return .function(name) }
        return .undefined(Undefined(.variable, name))
    }

    // MARK: - Limits

    func error(_ reason: TemplateError.Reason) -> TemplateError { program.error(reason, at: place) }

    /// Counts work.
    @inline(__always)
    func charge(_ steps: Int = 1) throws(TemplateError) {
        stepsLeft &-= steps
        if stepsLeft < nextLook { try look() }
    }

    @inline(never)
    private func look() throws(TemplateError) {
        guard stepsLeft >= 0 else { throw error(.tooManySteps(limit: limits.steps)) }
        if isCancelled() { throw error(.cancelled) }
        nextLook = stepsLeft - Renderer.stepsBetweenLooks
    }

    /// Counts work on bytes, which is done 16 at a time or so.
    @inline(__always)
    func charge(bytes: Int) throws(TemplateError) { try charge(1 + bytes >> 4) }

    /// Counts work on each scalar, such as a change of case, and memory for scalars and what they become.
    func charge(scalarsOf text: Text) throws(TemplateError) {
        try charge(text.isASCII ? 1 + text.count : 2 * text.count)
        try claim(Footprint.scalar * text.count)
    }

    /// Counts memory of values, before they are made.
    @inline(__always)
    func claim(_ byteCount: Int) throws(TemplateError) {
        memoryLeft &-= byteCount
        if memoryLeft < 0 { throw error(.tooMuchMemory(limit: limits.memoryByteCount)) }
    }

    /// Counts work and memory of a text to be made, and checks its size before it is.
    func reserve(bytes: Int) throws(TemplateError) {
        guard bytes <= limits.textByteCount else { throw error(.textTooLong(limit: limits.textByteCount)) }
        try charge(bytes: bytes)
        try claim(bytes)
    }

    /// Counts work on a list to be made, and checks its size before it is. `makeList` and its like claim the memory.
    func reserve(elements: Int) throws(TemplateError) {
        guard elements <= limits.elementCount else { throw error(.tooManyElements(limit: limits.elementCount)) }
        guard product(elements, Footprint.element) <= memoryLeft else {
            throw error(.tooMuchMemory(limit: limits.memoryByteCount))
        }
        try charge(1 + elements)
    }

    /// The product of a size and a count, neither of them negative.
    func product(_ size: Int, _ count: Int) -> Int {
        let (product, overflow) = size.multipliedReportingOverflow(by: count)
        return overflow ? .max : product
    }

    /// Goes on with a node within other ones where the stack of this thread does not suffice.
    @inline(never)
    func onDeepStack<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
        guard !isOnDeepStack else { throw error(.stackExhausted) }
        // A thread costs as much as that.
        try charge(2000)
        isOnDeepStack = true
        let outer = stack
        defer { (stack, isOnDeepStack) = (outer, false) }
        return try DeepStack.run { () throws(TemplateError) in
            stack = StackGuard(limit: DeepStack.limit)
            return try body()
        }
    }

    /// Of a macro or a recursive loop.
    func beginCall() throws(TemplateError) {
        guard callDepth < limits.callDepth else { throw error(.callsTooDeep(limit: limits.callDepth)) }
        callDepth += 1
    }

    func endCall() { callDepth -= 1 }

    // MARK: - Scopes

    /// Gives the variables of a scope their first values.
    func enter(_ scope: Int) {
        for (slot, first) in program.scopes.scopes[scope].slots {
            switch first {
            case .undefined: activation.slots[slot] = .undefined(Undefined(.variable))
            case .outer(let reference): activation.slots[slot] = read(reference)
            case .context(let number): activation.slots[slot] = contextValue(number)
            }
        }
    }

    /// A name that no scope has. For a block that includes the names of the template outside of all blocks.
    private func contextValue(_ number: Int) -> Value {
        if let slot = program.scopes.rootSlots[number], !root.slots[slot].isUndefined { return root.slots[slot] }
        return contextValues[number]
    }

    func read(_ reference: ScopeTable.Reference) -> Value {
        var holder = activation
        for _ in 0..<reference.functionsOutward {
            guard let parent = holder.parent else { return .undefined(Undefined(.variable, reference.name)) }
            holder = parent
        }
        let value = holder.slots[reference.slot]
        if case .undefined(let undefined) = value, undefined.reason == .variable, undefined.name.isEmpty {
            return .undefined(Undefined(.variable, reference.name))
        }
        return value
    }

    /// What is stored always belongs to the function that runs.
    func store(_ value: Value, in occurrence: Int) {
        activation.slots[program.scopes.references[occurrence].slot] = value
    }

    /// Runs `body` in a scope. The scope's first values are those of `enter`.
    func inScope<Result>(
        _ scope: Int, parent: Activation? = nil, _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard program.scopes.scopes[scope].isFunction else {
            try charge(program.scopes.scopes[scope].slots.count)
            enter(scope)
            return try body()
        }
        let outer = activation
        let slotCount = program.scopes.scopes[scope].slotCount
        activation = try makeActivation(slotCount: slotCount, parent: parent ?? outer)
        defer { activation = outer }
        enter(scope)
        return try body()
    }

    func makeActivation(slotCount: Int, parent: Activation) throws(TemplateError) -> Activation {
        try charge(Footprint.objectSteps + slotCount)
        try claim(2 * Footprint.object + slotCount * Footprint.element)
        return Activation(slotCount: slotCount, parent: parent)
    }

    /// The text that `body` prints.
    func capture(_ body: () throws(TemplateError) -> Void) throws(TemplateError) -> Text {
        try claim(Footprint.object)
        let outer = output
        output = TextBuilder()
        defer { output = outer }
        try body()
        return output.text
    }

    // MARK: - What may refer to itself

    func makeNamespace(_ members: Mapping) throws(TemplateError) -> Value {
        try charge(Footprint.objectSteps)
        try claim(Footprint.object)
        let namespace = Namespace(members)
        namespaces.append(namespace)
        return .namespace(namespace)
    }

    /// For `loop.changed`.
    func keep(_ values: [Value], in loop: LoopState) throws(TemplateError) {
        try claim(Footprint.object + values.count * Footprint.element)
        if loop.lastChanged == nil { changedLoops.append(loop) }
        loop.lastChanged = values
    }

    func makeMacro(_ definition: MacroDefinition) throws(TemplateError) -> Value {
        try charge(Footprint.objectSteps)
        try claim(Footprint.macro)
        if !activation.isKept {
            activation.isKept = true
            keptActivations.append(activation)
        }
        return .macro(Macro(definition, activation))
    }
}
