"""The checks, one file a lesson: `EXERCISES` in the order of the lesson. `assignlab.exercises` says what an exercise is."""
