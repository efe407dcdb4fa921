import ChatTemplate
import JSON
import Testing

@Suite struct ReferenceTests {
    @Test func everyConstructRendersAsJinjaRendersIt() throws { try check(Fixtures.cases(Fixtures.syntax), count: 134) }

    @Test(.enabled(if: Fixtures.areModelsPresent, "needs ../shared/fixtures/chat/templates.json"))
    func everyModelsTemplateRendersAsJinjaRendersIt() throws { try check(Fixtures.cases(Fixtures.models), count: 373) }

    private func check(_ cases: [Fixtures.Case], count: Int) throws {
        #expect(cases.count == count)
        for example in cases {
            let text = try? ChatTemplate(example.source)
                .render(TemplateContext(example.context), clock: Fixtures.clock).text
            // Strings are equal for Swift if they are canonically equivalent. Bytes must be equal.
            #expect(text.map { Array($0.utf8) } == example.expected.map { Array($0.utf8) }, "\(example.name)")
        }
    }
}
