extension Unicode.Scalar {
    /// What Python's `str.isspace` and `strip()` take for white space.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// What ends a line for Python's `splitlines`.
    var isPythonLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// What Python's `repr` writes as it is.
    var isPythonPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    var isPythonAlphabetic: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    var isPythonDecimal: Bool { properties.numericType == .decimal }
    var isPythonDigit: Bool { properties.numericType == .decimal || properties.numericType == .digit }
    var isPythonNumeric: Bool { properties.numericType != nil }
    var isPythonAlphanumeric: Bool { isPythonAlphabetic || isPythonNumeric }

    var isPythonTitlecase: Bool { properties.generalCategory == .titlecaseLetter }
}
