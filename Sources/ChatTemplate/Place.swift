/// Where something stands in the source: an offset in bytes.
struct Place: Sendable {
    let offset: Int32

    init(_ offset: Int) { self.offset = Int32(clamping: offset) }

    /// Line and column, both from 1; a column is a Unicode scalar.
    func lineAndColumn(in source: [UInt8]) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        for byte in source.prefix(Int(offset)) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return (line, column)
    }
}
