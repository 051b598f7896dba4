"""What earlier runs found, on disk: a second run over an unchanged tree looks at the times of its files only.

What is kept is the outcome of each file (its findings and counts), not its facts: outcomes are smaller, and need
neither rules nor contracts to be loaded again. Each stays true as long as the file's bytes, its settings and the
answers to the questions that were asked for it (`source.record`) are the same. Where all files, folders and
configurations have the times and sizes they had, nothing is asked at all; else only what an edit can have changed.

    fingerprint   what the program itself is made of: another one has another cache
    folder        where the files of the cache are, who may be trusted with them, and how many there may be
    stored        one file of the cache: its form, and what is checked before it is believed
    outcomes      findings as plain data and back
    marks         times and sizes of files and folders
    tree          the files of a project as they are now
    answers       questions and answers of a project, and which of them changed
    cache         the one that a run asks
"""
