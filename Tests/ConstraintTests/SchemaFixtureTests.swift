import Constraint
import JSON
import Testing

@Suite struct SchemaFixtureTests {
    @Test func thereAreFixtures() { #expect(SchemaCase.all.count > 80) }

    @Test(arguments: SchemaCase.all.filter { $0.faultyKeyword == nil })
    func acceptsAndRefusesTexts(_ fixture: SchemaCase) throws {
        let grammar = try Grammar(jsonSchema: fixture.schema)
        for text in fixture.accepted {
            #expect(ReferenceRecognizer.accepts(text, grammar), "\(text) is refused")
        }
        for text in fixture.refused {
            #expect(!ReferenceRecognizer.accepts(text, grammar), "\(text) is accepted")
        }
    }

    @Test(arguments: SchemaCase.all.filter { $0.faultyKeyword != nil })
    func saysWhichKeywordCannotBeObeyed(_ fixture: SchemaCase) throws {
        let error = #expect(throws: ConstraintError.self) { try Grammar(jsonSchema: fixture.schema) }
        guard case .schema(let keyword, let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(keyword == fixture.faultyKeyword)
        #expect(path.hasPrefix("#"))
    }
}
