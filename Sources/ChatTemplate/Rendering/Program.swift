/// A template after parsing, with what it uses of a library.
struct Program: Sendable {
    let body: [Statement]
    let scopes: ScopeTable
    let library: Library
    /// What the names of `NameTables` mean.
    let members: [MemberName]
    let filters: [(name: String, filter: Filter?)]
    let tests: [(name: String, test: ValueTest?)]
    private let source: [UInt8]

    init(_ text: String, limits: TemplateLimits, library: Library) throws(TemplateError) {
        guard text.utf8.count <= limits.sourceByteCount else {
            let reason = TemplateError.Reason.sourceTooLong(byteCount: text.utf8.count, limit: limits.sourceByteCount)
            throw TemplateError(reason: reason, line: 1, column: 1)
        }
        let source = Lexer.normalized(Array(text.utf8))
        self.source = source
        let names: NameTables
        do throws(SyntaxError) {
            (body, scopes, names) = try Program.parse(source, limits, StackGuard())
        } catch {
            guard error.reason == .stackExhausted else { throw Program.error(error.reason, at: error.place, source) }
            (body, scopes, names) = try DeepStack.run { () throws(TemplateError) in
                do throws(SyntaxError) {
                    return try Program.parse(source, limits, StackGuard(limit: DeepStack.limit))
                } catch {
                    throw Program.error(error.reason, at: error.place, source)
                }
            }
        }
        self.library = library
        members = names.members.names.map { MemberName(Text($0), library.methods) }
        filters = names.filters.names.map { ($0, library.filters[$0]) }
        tests = names.tests.names.map { ($0, library.tests[$0]) }
    }

    private static func parse(
        _ source: [UInt8], _ limits: TemplateLimits, _ stack: StackGuard
    ) throws(SyntaxError) -> ([Statement], ScopeTable, NameTables) {
        var lexer = Lexer(Text(source, .template))
        var parser = Parser(try lexer.readAll(), maximumNesting: limits.nesting, stack: stack)
        let body = try parser.parseTemplate()
        return (body, ScopeTable(parser.recorder), parser.names)
    }

    func error(_ reason: TemplateError.Reason, at place: Place) -> TemplateError {
        Program.error(reason, at: place, source)
    }

    private static func error(_ reason: TemplateError.Reason, at place: Place, _ source: [UInt8]) -> TemplateError {
        let (line, column) = place.lineAndColumn(in: source)
        return TemplateError(reason: reason, line: line, column: column)
    }
}

/// A name after a dot, with the methods that it may mean.
final class MemberName: Sendable {
    let text: Text
    let textMethod: Method?
    let mappingMethod: Method?
    let listMethod: Method?

    init(_ text: Text, _ methods: Library.Methods) {
        self.text = text
        textMethod = methods.ofTexts[text]
        mappingMethod = methods.ofMappings[text]
        listMethod = methods.ofLists[text]
    }
}
