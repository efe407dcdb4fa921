import Benchmarking
import CommandSupport
import Foundation
import Speculative
import Testing

@Suite struct ReportTests {
    private static let records = [
        record("pp512", 193.25, note: "a \"b\", c"), record("tg64", nil, note: "d"),
    ]

    private static func record(_ test: String, _ rate: Double?, note: String) -> Record {
        var record = Record()
        record.add("test", test)
        record.add("avg_ts", rate)
        record.add("n_rows", 4)
        record.add("samples_ts", .numbers([1.5, 2]))
        record.add("note", note)
        return record
    }

    private static let columns = [
        TableColumn("test", isNumber: false) { $0["test"].text ?? "" },
        TableColumn("t/s") { record in record["avg_ts"].number.map { "\($0)" } ?? "" },
        TableColumn("nothing") { _ in "" },
    ]

    private struct Line: Decodable, Equatable {
        var test = ""
        var avg_ts: Double?
        var n_rows = 0
        var samples_ts: [Double] = []
        var note = ""
    }

    private static let lines = [
        Line(test: "pp512", avg_ts: 193.25, n_rows: 4, samples_ts: [1.5, 2], note: "a \"b\", c"),
        Line(test: "tg64", avg_ts: nil, n_rows: 4, samples_ts: [1.5, 2], note: "d"),
    ]

    @Test func markdownAlignsColumnsAndLeavesEmptyOnesOut() throws {
        #expect(
            try ReportFormat.md.text(of: Self.records, columns: Self.columns) == """
                | test  |    t/s |
                |-------|-------:|
                | pp512 | 193.25 |
                | tg64  |        |

                """)
    }

    @Test func csvQuotesCellsAndLeavesListsOut() throws {
        #expect(
            try ReportFormat.csv.text(of: Self.records, columns: Self.columns) == """
                "test","avg_ts","n_rows","note"
                "pp512","193.25","4","a ""b"", c"
                "tg64","","4","d"

                """)
    }

    @Test func jsonIsOneArray() throws {
        let text = try ReportFormat.json.text(of: Self.records, columns: [])
        #expect(try JSONDecoder().decode([Line].self, from: Data(text.utf8)) == Self.lines)
        #expect(text.contains("\"avg_ts\" : null"))
    }

    @Test func jsonlIsAnObjectALine() throws {
        let text = try ReportFormat.jsonl.text(of: Self.records, columns: [])
        let lines = try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines == Self.lines)
    }

    @Test func listsAreIntegersBetweenCommas() {
        #expect(IntegerList("128,512")?.values == [128, 512])
        #expect(IntegerList("0")?.values == [0])
        for bad in ["", ",", "1,", "1,,2", "-1", "1.5", "many"] { #expect(IntegerList(bad) == nil, "\(bad)") }
    }

    @Test func ratesAreProbabilitiesThatDoNotRise() {
        #expect(RateList("0.65,0.42,0.28")?.values == [0.65, 0.42, 0.28])
        #expect(RateList("1,1,0")?.values == [1, 1, 0])
        for bad in ["", "0.5,", "half"] { #expect(RateList(bad) == nil, "\(bad)") }
        for bad in [[1.1], [-0.1], [0.2, 0.3], [.nan]] {
            #expect(throws: SpeculationError.self) { try SpeculationPlan(length: .automatic, rates: bad) }
        }
        for bad in [-1, 65] {
            #expect(throws: BenchmarkError.draftLength(bad)) { try SpeculationPlan(length: .fixed(bad), rates: []) }
        }
    }

    @Test func statisticsOfSamples() {
        #expect([2.0, 4, 6].mean == 4)
        #expect([2.0, 4, 6].standardDeviation == 2)
        #expect([6.0, 2, 4].median == 4)
        #expect([8.0, 2, 4, 6].median == 5)
        #expect([3.0].standardDeviation == 0)
    }
}
