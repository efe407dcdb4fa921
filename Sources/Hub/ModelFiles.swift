import Foundation

/// Files of a model on this machine.
package struct ModelFiles: Sendable, Hashable {
    /// The model; of a model in several files the first one.
    package let model: URL
    /// The drafter, if one was asked for and is beside the model.
    package let drafter: URL?
    /// The model's part for images and sound, if it was asked for and is beside the model.
    package let projector: URL?
}

/// What is downloaded beside a model.
package enum ModelCompanion: Sendable, Hashable {
    case drafter, projector
}

/// What a file is downloaded for.
package enum ModelRole: Sendable, Hashable {
    case model, drafter
}
