package import ArgumentParser

extension ValidationError {
    /// No model is named, and the one that comes with the programs is missing.
    package static var noBundledModel: ValidationError {
        ValidationError("the bundled model is not beside the executable; name a model with -m")
    }
}
