/// Works out what schemas require that hold together: follows references, merges `allOf`, and combines the
/// alternatives of `anyOf` with what stands beside them.
struct SchemaExpansion {
    /// One way to obey the schemas, of which there may be several.
    private struct Branch {
        var requirements = Requirements()
        var seen: Set<Int> = []
        var openChoices: [[Int]] = []
    }

    /// Schemas that hold for the same value, one within the other.
    private static let maximumDepth = 100
    /// Ways to obey one combination of schemas.
    private static let maximumBranches = 512
    /// Keywords, properties and values that are merged, each as often as it is.
    private static let maximumWork = 1_000_000

    var document = SchemaDocument()
    var matcher = PatternMatcher()
    private var known: [Int: SchemaKeywords] = [:]
    /// Schemas that are known not to lead back to themselves.
    private var settled: Set<Int> = []
    private var work = 0

    mutating func keywords(of schema: Int) throws(ConstraintError) -> SchemaKeywords {
        if let keywords = known[schema] { return keywords }
        let keywords = try KeywordReader.read(schema, in: &document)
        known[schema] = keywords
        return keywords
    }

    /// If all that a schema says is that a value obeys one of several schemas, these.
    mutating func plainAlternatives(of schema: Int) throws(ConstraintError) -> [Int]? {
        try settle(schema)
        let keywords = try keywords(of: schema)
        guard !keywords.isNever, keywords.requirements.isNothing else { return nil }
        let conjuncts = keywords.conjuncts + (keywords.reference.map { [$0] } ?? [])
        switch (conjuncts.count, keywords.choices.count) {
        case (1, 0): return conjuncts
        case (0, 1): return keywords.choices[0]
        default: return nil
        }
    }

    /// - Returns: the ways to obey all of the schemas. What contradicts itself may be among them.
    mutating func alternatives(of schemas: [Int]) throws(ConstraintError) -> [Requirements] {
        var first = Branch()
        for schema in schemas { try add(schema, to: &first) }
        var branches = [first]
        var finished: [Requirements] = []
        while var branch = branches.popLast() {
            guard let choice = branch.openChoices.popLast() else {
                finished.append(branch.requirements)
                continue
            }
            // What is required already is one of them, and the others say nothing more.
            if choice.contains(where: branch.seen.contains) {
                branches.append(branch)
                continue
            }
            for schema in choice.reversed() {
                var other = branch
                try add(schema, to: &other)
                // A value of no type can only become less.
                if !other.requirements.types.isEmpty || choice.count == 1 { branches.append(other) }
            }
            guard branches.count + finished.count <= Self.maximumBranches else {
                throw .tooLarge(what: "combinations of alternatives", limit: Self.maximumBranches)
            }
        }
        return finished
    }

    private mutating func add(_ schema: Int, to branch: inout Branch) throws(ConstraintError) {
        try settle(schema)
        var open = [schema]
        while let schema = open.popLast() {
            guard branch.seen.insert(schema).inserted else { continue }
            let keywords = try keywords(of: schema)
            try count(keywords.size)
            if let literals = branch.requirements.literals, let others = keywords.requirements.literals {
                try count(literals.count * others.count)
            }
            branch.requirements.add(keywords.requirements)
            branch.openChoices += keywords.choices.reversed()
            open += keywords.conjuncts.reversed()
            if let reference = keywords.reference { open.append(reference) }
        }
    }

    /// Counts what takes time.
    mutating func count(_ more: Int) throws(ConstraintError) {
        work += more
        guard work <= Self.maximumWork else { throw .tooLarge(what: "keywords to merge", limit: Self.maximumWork) }
    }

    // MARK: - Circles

    /// Makes sure that a schema does not lead back to itself through references, `allOf` and `anyOf` alone: it would
    /// say nothing of any value.
    private mutating func settle(_ schema: Int) throws(ConstraintError) {
        var path: [Int] = []
        try settle(schema, path: &path)
    }

    private mutating func settle(_ schema: Int, path: inout [Int]) throws(ConstraintError) {
        guard !settled.contains(schema) else { return }
        guard path.count < Self.maximumDepth else {
            throw .tooLarge(what: "schemas that hold within one another for one value", limit: Self.maximumDepth)
        }
        let keywords = try keywords(of: schema)
        guard !path.contains(schema) else {
            let place = path.first { known[$0]?.reference != nil } ?? schema
            throw .schema(
                keyword: "$ref", path: document.places[place].path,
                reason: "leads back to the schema that it is in, without any value in between")
        }
        path.append(schema)
        for next in keywords.conjuncts { try settle(next, path: &path) }
        if let reference = keywords.reference { try settle(reference, path: &path) }
        for choice in keywords.choices {
            for next in choice { try settle(next, path: &path) }
        }
        path.removeLast()
        settled.insert(schema)
    }
}
