internal import Foundation

/// How records are printed.
package enum ReportFormat: String, Sendable, CaseIterable {
    case md, csv, json, jsonl

    /// All `records` as text that ends with a newline.
    /// - Parameter columns: the columns of a Markdown table.
    package func text(of records: [Record], columns: [TableColumn]) throws -> String {
        switch self {
        case .md: return markdown(records, columns)
        case .csv: return csv(records)
        case .json: return try encoded(records, pretty: true) + "\n"
        case .jsonl: return try records.map { try encoded($0, pretty: false) + "\n" }.joined()
        }
    }

    private func encoded(_ value: some Encodable, pretty: Bool) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A line with the names, and one for each record. Fields that are lists are left out.
    private func csv(_ records: [Record]) -> String {
        func isList(_ name: String) -> Bool {
            records.contains { if case .numbers = $0[name] { true } else { false } }
        }
        let names = (records.first?.fields ?? []).map(\.name).filter { !isList($0) }
        let lines = [names.map(quoted)] + records.map { record in names.map { quoted(cell(record[$0])) } }
        return lines.map { $0.joined(separator: ",") + "\n" }.joined()
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    private func cell(_ value: Record.Value) -> String {
        switch value {
        case .text(let text): text
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .numbers, .none: ""
        }
    }

    private func markdown(_ records: [Record], _ columns: [TableColumn]) -> String {
        // Empty columns are left out.
        let shown = columns.filter { column in records.contains { !column.text($0).isEmpty } }
        let rows = [shown.map(\.heading)] + records.map { record in shown.map { $0.text(record) } }
        let widths = shown.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, shown.indices).map { cell, index in
                let space = String(repeating: " ", count: widths[index] - cell.count)
                return shown[index].isNumber ? space + cell : cell + space
            }
            return "| " + padded.joined(separator: " | ") + " |\n"
        }
        let rule = shown.indices.map { index in
            String(repeating: "-", count: widths[index] + 1) + (shown[index].isNumber ? ":" : "-")
        }
        return line(rows[0]) + "|" + rule.joined(separator: "|") + "|\n" + rows.dropFirst().map(line).joined()
    }
}

/// A column of a Markdown table.
package struct TableColumn: Sendable {
    let heading: String
    let isNumber: Bool
    let text: @Sendable (Record) -> String

    package init(_ heading: String, isNumber: Bool = true, text: @escaping @Sendable (Record) -> String) {
        self.heading = heading
        self.isNumber = isNumber
        self.text = text
    }
}

extension Record.Value {
    package var number: Double? {
        switch self {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: nil
        }
    }

    package var text: String? { if case .text(let text) = self { text } else { nil } }

    /// With this many digits after the decimal point; empty if the value is not a number.
    func formatted(_ digits: Int, scale: Double = 1, unit: String = "") -> String {
        number.map { String(format: "%.\(digits)f\(unit)", $0 * scale) } ?? ""
    }
}
